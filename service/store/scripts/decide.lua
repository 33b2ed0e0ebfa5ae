#!lua flags=allow-oom
-- decide: a moderator's decision on one comment, once. Goes on when Redis is out of memory: it frees the queue.
-- include: idempotency queue count comment
-- KEYS  thread, thread-comments, thread-published, thread-queue, queue, queue-risk, queue-uncertainty, claims,
--       claim-holders, comment, author, totals, events, idempotency
-- ARGV  1 now_ms, 2 comment_id, 3 token_id, 4 decision, 5 the state it leads to, 6 the revision seen or '',
--       7 history JSON without `from`, `to`, `revision`, 8 fingerprint or '', 9 upper bounds of the age histogram in
--       seconds, ascending, joined by spaces
-- gives {'ok', 'changed'|'same', comment} | {'comment_not_found'} | {'claimed_by_another'} | {'stale_revision'}
--       | {'idempotency_key_reused'}
local keys = comment_keys(KEYS)
local now, comment_id, decision, state = tonumber(ARGV[1]), ARGV[2], ARGV[4], ARGV[5]

local first = first_answer(KEYS[14], ARGV[8])
if first then return first end

local held = redis.call('HMGET', keys.comment, 'state', 'decision', 'revision', 'published_ms', 'submitted_ms', 'thread')
local before = {state = held[1], decision = held[2] or '', revision = held[3], published_ms = held[4] or ''}
if not before.state or before.state == 'erased' then return {'comment_not_found'} end
if before.decision == decision then
  return keep_answer(KEYS[14], ARGV[8], {'ok', 'same', read_comment(keys, comment_id, now)})
end
local holder = live_claim(keys, comment_id, now)
if holder and not is_held_by(holder, ARGV[3]) then return {'claimed_by_another'} end
if ARGV[6] ~= '' and ARGV[6] ~= before.revision then return {'stale_revision'} end

before.queued = redis.call('ZSCORE', keys.queue, comment_id) and '1' or '0'
local thread = held[6]
if before.queued == '1' then
  dequeue(keys, keys.thread_queue, comment_id)
  count_age(keys.totals, now - tonumber(held[5]), ARGV[9])
  emit(keys.events, 'left', comment_id, thread, state, now)
end
local previous = table.concat({before.state, before.decision, before.published_ms, before.queued}, '\t')
redis.call('HSET', keys.comment, 'decision', decision,
  'previous', previous .. '\n' .. (redis.call('HGET', keys.comment, 'previous') or ''))
move_to(keys, comment_id, before.state, state, before.published_ms, now)
append_history(keys, ARGV[7], before.state, state)
redis.call('HINCRBY', keys.totals, 'decided:' .. decision, 1)
emit(keys.events, 'decided', comment_id, thread, state, now)
return keep_answer(KEYS[14], ARGV[8], {'ok', 'changed', read_comment(keys, comment_id, now)})
