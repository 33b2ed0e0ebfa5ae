#!lua flags=allow-oom
-- end_upgrade: nothing of an older format lies in the store any more, and every process is told by its event.
-- include: event
-- KEYS  installation, changes, upgrade
-- ARGV  1 the format, 2 the oldest one that there was, 3 actor, 4 now_ms
-- gives {'ok', 1 | 0 when another upgrade was begun meanwhile, or this one was ended}
local held = redis.call('HMGET', KEYS[1], 'format', 'upgrading_from')
if held[1] ~= ARGV[1] or held[2] ~= ARGV[2] then return {'ok', 0} end
redis.call('HDEL', KEYS[1], 'upgrading_from')
redis.call('DEL', KEYS[3])
local about = {actor = ARGV[3], at_ms = ARGV[4]}
emit(KEYS[2], 'store_upgraded', about, 'begun', 'done')
return {'ok', 1}
