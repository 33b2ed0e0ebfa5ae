#!lua flags=allow-oom
-- begin_upgrade: from now on everything is written in another, newer format, and every process is told by its event. What
-- is older may lie in the store until the upgrade is ended.
-- include: event
-- KEYS  installation, changes
-- ARGV  1 the newer format, 2 actor, 3 now_ms
-- gives {'ok', 1 | 0 when the store is of that format, of a newer one or of none}
local format = ARGV[1]
local held = redis.call('HMGET', KEYS[1], 'format', 'upgrading_from')
if not held[1] or tonumber(held[1]) >= tonumber(format) then return {'ok', 0} end
redis.call('HSET', KEYS[1], 'format', format, 'upgrading_from', held[2] or held[1])
local about = {actor = ARGV[2], at_ms = ARGV[3]}
emit(KEYS[2], 'store_upgraded', about, '', 'begun')
return {'ok', 1}
