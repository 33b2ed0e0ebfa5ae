#!lua flags=allow-oom
-- switch_secret: puts another secret in force, and tells every process by its event; or ends that, when nothing is sealed
-- with the one before any more. The event says how far it is, and nothing of a secret.
-- include: event
-- KEYS  installation, changes
-- ARGV  1 check of the secret before, 2 check of the new one, 3 the hash keys wrapped by the new one, or '' to end it,
--       4 actor, 5 now_ms
-- gives {'ok', 1 | 0 when it was not as expected}
local previous, new, wrapped = ARGV[1], ARGV[2], ARGV[3]
local held = redis.call('HMGET', KEYS[1], 'secret_check', 'previous_check')
local before, after = '', 'begun'
if wrapped ~= '' then
  if held[1] ~= previous or held[2] then return {'ok', 0} end
  redis.call('HSET', KEYS[1], 'secret_check', new, 'previous_check', previous, 'hash_keys', wrapped)
else
  if held[1] ~= new or held[2] ~= previous then return {'ok', 0} end
  redis.call('HDEL', KEYS[1], 'previous_check')
  before, after = 'begun', 'done'
end
local about = {actor = ARGV[4], at_ms = ARGV[5]}
emit(KEYS[2], 'secret_replaced', about, before, after)
return {'ok', 1}
