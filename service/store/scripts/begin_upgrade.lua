#!lua flags=allow-oom
-- begin_upgrade: from now on everything is written in another, newer format, and every process is told. What is older may
-- lie in the store until the upgrade is ended.
-- KEYS  installation, changes
-- ARGV  1 the newer format
-- gives {'ok', 1 | 0 when the store is of that format, of a newer one or of none}
local now = redis.call('HMGET', KEYS[1], 'format', 'upgrading_from')
if not now[1] or tonumber(now[1]) >= tonumber(ARGV[1]) then return {'ok', 0} end
redis.call('HSET', KEYS[1], 'format', ARGV[1], 'upgrading_from', now[2] or now[1])
redis.call('XADD', KEYS[2], 'MAXLEN', '~', 1000, '*', 'member', 'format')
return {'ok', 1}
