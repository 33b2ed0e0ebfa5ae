#!lua flags=allow-oom
-- upgrade_remembered: what was a hash of two fields until format 1 as a string, its time unchanged.
-- KEYS  an exact repeat or the answer to an Idempotency-Key
-- ARGV  1 what stands between the values, 2 lifetime in ms when it has none, 3-4 the fields
-- gives {'ok'}
if redis.call('TYPE', KEYS[1]).ok ~= 'hash' then return {'ok'} end
local values = redis.call('HMGET', KEYS[1], ARGV[3], ARGV[4])
local left = redis.call('PTTL', KEYS[1])
if left <= 0 then left = ARGV[2] end
redis.call('SET', KEYS[1], (values[1] or '') .. ARGV[1] .. (values[2] or ''), 'PX', left)
return {'ok'}
