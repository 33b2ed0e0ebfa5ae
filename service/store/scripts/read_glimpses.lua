#!lua flags=no-writes
-- read_glimpses: of some comments what is asked when many of them are selected.
-- KEYS  of each comment its record
-- ARGV  fields of a record
-- gives {'ok', of each comment the values of these fields}
local found = {'ok'}
for i, key in ipairs(KEYS) do found[i + 1] = redis.call('HMGET', key, unpack(ARGV)) end
return found
