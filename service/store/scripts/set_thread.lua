#!lua flags=allow-oom
-- set_thread: makes a thread, or changes the fields given; what is so already is no change.
-- include: event
-- KEYS  thread, events
-- ARGV  1 now_ms, 2 thread, 3 actor, then field and value in turn (title, url, closed 0|1, mode or '', closes_ms or '')
-- gives {'ok', fields of the thread}
local key, now, N_SHARED_ARGV = KEYS[1], ARGV[1], 3
local before, after, is_changed = {}, {}, false
if redis.call('EXISTS', key) == 0 then
  redis.call('HSET', key, 'created_ms', now, 'first_ms', '', 'version', 0)
  is_changed = true
end
for i = N_SHARED_ARGV + 1, #ARGV, 2 do
  local field, value = ARGV[i], ARGV[i + 1]
  local held = redis.call('HGET', key, field)
  if held ~= value then
    redis.call('HSET', key, field, value)
    if held then before[field] = shortened(held) end
    after[field] = shortened(value)
    is_changed = true
  end
end
if is_changed then
  local version = redis.call('HINCRBY', key, 'version', 1)
  local about = {actor = ARGV[3], at_ms = now, thread = ARGV[2], revision = version}
  emit_thread_changed(KEYS[2], about, before, after)
end
return {'ok', redis.call('HGETALL', key)}
