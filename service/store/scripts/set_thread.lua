#!lua flags=allow-oom
-- set_thread: makes a thread, or changes the fields given.
-- KEYS  thread
-- ARGV  1 now_ms, then field and value in turn (title, url, closed 0|1, mode or '')
-- gives {'ok', fields of the thread}
if redis.call('EXISTS', KEYS[1]) == 0 then redis.call('HSET', KEYS[1], 'created_ms', ARGV[1], 'version', 0) end
for i = 2, #ARGV, 2 do redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
redis.call('HINCRBY', KEYS[1], 'version', 1)
return {'ok', redis.call('HGETALL', KEYS[1])}
