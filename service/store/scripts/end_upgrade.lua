#!lua flags=allow-oom
-- end_upgrade: nothing of an older format lies in the store any more, and every process is told.
-- KEYS  installation, changes, upgrade
-- ARGV  1 the format, 2 the oldest one that there was
-- gives {'ok', 1 | 0 when another upgrade was begun meanwhile, or this one was ended}
local now = redis.call('HMGET', KEYS[1], 'format', 'upgrading_from')
if now[1] ~= ARGV[1] or now[2] ~= ARGV[2] then return {'ok', 0} end
redis.call('HDEL', KEYS[1], 'upgrading_from')
redis.call('DEL', KEYS[3])
redis.call('XADD', KEYS[2], 'MAXLEN', '~', 1000, '*', 'member', 'format')
return {'ok', 1}
