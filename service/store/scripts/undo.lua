#!lua flags=allow-oom
-- undo: takes the last decision on a comment back; state, publication and place in the queue are as before it.
-- include: idempotency queue count comment
-- KEYS  as decide
-- ARGV  1 now_ms, 2 comment_id, 3 the revision seen or '', 4 history JSON without `from`, `to`, `revision`,
--       5 fingerprint or ''
-- gives {'ok', 'changed', comment} | {'comment_not_found'} | {'nothing_to_undo'} | {'stale_revision'}
--       | {'idempotency_key_reused'}
local keys = comment_keys(KEYS)
local now, comment_id = tonumber(ARGV[1]), ARGV[2]

local first = first_answer(KEYS[14], ARGV[5])
if first then return first end

local held = redis.call('HMGET', keys.comment, 'state', 'previous', 'revision', 'submitted_ms', 'thread', 'risk')
local state, previous = held[1], held[2] or ''
if not state or state == 'erased' then return {'comment_not_found'} end
if ARGV[3] ~= '' and ARGV[3] ~= held[3] then return {'stale_revision'} end
if previous == '' then return {'nothing_to_undo'} end

local line, older = string.match(previous, '^([^\n]*)\n(.*)$')
local before, decision, published_ms, queued = string.match(line, '^([^\t]*)\t([^\t]*)\t([^\t]*)\t([^\t]*)$')
redis.call('HSET', keys.comment, 'decision', decision, 'previous', older)
move_to(keys, comment_id, state, before, published_ms, now)
append_history(keys, ARGV[4], state, before)
if queued == '1' then
  enqueue(keys, keys.thread_queue, comment_id, held[4], held[6])
  emit(keys.events, 'entered', comment_id, held[5], before, now)
end
redis.call('HINCRBY', keys.totals, 'undone', 1)
emit(keys.events, 'undone', comment_id, held[5], before, now)
return keep_answer(KEYS[14], ARGV[5], {'ok', 'changed', read_comment(keys, comment_id, now)})
