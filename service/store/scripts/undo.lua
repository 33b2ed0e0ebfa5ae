#!lua flags=allow-oom
-- undo: takes the last decision on a comment back; state, publication and place in the queue are as before it.
-- include: idempotency event queue count standing series list near comment outcome undoing
-- KEYS  as decide
-- ARGV  1 now_ms, 2 comment_id, 3 the revision seen or '', 4 the act as JSON without the states before and after,
--       5 fingerprint or '', 6 the actor
-- gives {'ok', 'changed', comment} | {'comment_not_found'} | {'nothing_to_undo'} | {'stale_revision'}
--       | {'idempotency_key_reused'} | {'home_changed'}
local keys, idempotency = comment_keys(KEYS), KEYS[21]
local now, comment_id = tonumber(ARGV[1]), ARGV[2]

local first = first_answer(idempotency, ARGV[5])
if first then return reply_again(keys, comment_id, first) end

roll_series(keys.totals, keys.queue, series_at(#KEYS - 2), now)
local outcome, record = undo_one(keys, keys.events, {now = now,
  comment_id = comment_id, actor = ARGV[6], revision = ARGV[3], act = ARGV[4]})
if outcome ~= 'changed' then return {outcome} end
local holder, expires = live_claim(keys, comment_id, now)
keep_answer(idempotency, ARGV[5], act_answer('changed', record, holder, expires))
return {'ok', 'changed', reply_with(keys, comment_id, record, holder, expires)}
