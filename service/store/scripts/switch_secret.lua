#!lua flags=allow-oom
-- switch_secret: puts another secret in force, and tells every process; or ends that, when nothing is sealed with the
-- one before any more.
-- KEYS  installation, changes
-- ARGV  1 check of the secret before, 2 check of the new one, 3 the hash keys wrapped by the new one, or '' to end it
-- gives {'ok', 1 | 0 when it was not as expected}
local now = redis.call('HMGET', KEYS[1], 'secret_check', 'previous_check')
if ARGV[3] ~= '' then
  if now[1] ~= ARGV[1] or now[2] then return {'ok', 0} end
  redis.call('HSET', KEYS[1], 'secret_check', ARGV[2], 'previous_check', ARGV[1], 'hash_keys', ARGV[3])
else
  if now[1] ~= ARGV[2] or now[2] ~= ARGV[1] then return {'ok', 0} end
  redis.call('HDEL', KEYS[1], 'previous_check')
end
redis.call('XADD', KEYS[2], 'MAXLEN', '~', 1000, '*', 'member', 'secret')
return {'ok', 1}
