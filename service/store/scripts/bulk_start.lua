#!lua flags=allow-oom
-- bulk_start: what was previewed is to be decided on, once. Goes on when Redis is out of memory: it frees the queue.
-- include: event
-- KEYS  bulk, bulks, bulks-running, events
-- ARGV  1 now_ms, 2 bulk_id, 3 actor, 4 the name of who starts it, 5 decision, 6 reason or '', 7 note or '',
--       8 code of the reason or '', 9 for how long it is kept in ms, 10 how many are listed at most, 11 what the event
--       tells besides, as JSON, or '', 12 the token_id of who starts it
-- gives {'ok', 'started'|'again'|'differs' when it was started otherwise|'unknown'}
local bulk, bulks, running = KEYS[1], KEYS[2], KEYS[3]
local bulk_id = ARGV[2]
local held = redis.call('HMGET', bulk, 'total', 'decision', 'actor', 'reason', 'note')
if not held[1] then return {'ok', 'unknown'} end
if held[2] then
  local is_same = held[2] == ARGV[5] and held[3] == ARGV[3] and held[4] == ARGV[6] and held[5] == ARGV[7]
  return {'ok', is_same and 'again' or 'differs'}
end
redis.call('HSET', bulk, 'decision', ARGV[5], 'reason', ARGV[6], 'note', ARGV[7], 'code', ARGV[8],
  'actor', ARGV[3], 'name', ARGV[4], 'token', ARGV[12], 'started_ms', ARGV[1], 'place', 0, 'changed', 0, 'claimed', 0)
redis.call('PEXPIRE', bulk, ARGV[9])
redis.call('ZADD', bulks, ARGV[1], bulk_id)
redis.call('ZADD', running, ARGV[1], bulk_id)
for _, old in ipairs(redis.call('ZREVRANGE', bulks, ARGV[10], -1)) do redis.call('ZREM', bulks, old) end
local about = {actor = ARGV[3], at_ms = ARGV[1], subject = bulk_id, detail = ARGV[11]}
emit(KEYS[4], 'bulk_started', about, '', ARGV[5])
return {'ok', 'started'}
