#!lua flags=allow-oom
-- use_session: a session was used: it lives on for a while. One that has ended stays ended.
-- KEYS  session
-- ARGV  1 now_ms, 2 how long it lives from now on, ms
-- gives {'ok'}
if redis.call('EXISTS', KEYS[1]) == 1 then
  redis.call('HSET', KEYS[1], 'used_ms', ARGV[1])
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
end
return {'ok'}
