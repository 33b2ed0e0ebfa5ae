#!lua flags=no-writes
-- read_homes: where some comments belong.
-- KEYS  the record of each comment
-- gives {'ok', for each: {thread, author, ordinal}, of which each is nil where there is none}
local found = {'ok'}
for i, key in ipairs(KEYS) do found[i + 1] = redis.call('HMGET', key, THREAD, AUTHOR, ORDINAL) end
return found
