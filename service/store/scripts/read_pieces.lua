#!lua flags=no-writes
-- read_pieces: pieces of strings.
-- KEYS  of each piece its string
-- ARGV  of each piece its first byte and its last
-- gives {'ok', each piece, shorter where its string ends}
local found = {'ok'}
for i, key in ipairs(KEYS) do found[i + 1] = redis.call('GETRANGE', key, ARGV[2 * i - 1], ARGV[2 * i]) end
return found
