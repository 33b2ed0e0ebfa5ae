#!lua flags=allow-oom
-- decide: a moderator's decision on one comment, once. Goes on when Redis is out of memory: it frees the queue.
-- include: idempotency event queue count standing series list near comment outcome decision
-- KEYS  thread, thread-comments, thread-published, thread-queue, queue, queue-risk, queue-uncertainty, claims,
--       claim-holders, comment, author, totals, events, thread-published-later, list-planes
--       and list-bits of its chunk, escalated, escalations, near, turned-down, idempotency, series, series-hours, series-base
-- ARGV  1 now_ms, 2 comment_id, 3 the actor, 4 decision, 5 the state it leads to, 6 the revision seen or '',
--       7 the act as JSON without the states before and after, 8 fingerprint or '', 9 upper bounds of the age histogram in
--       seconds, ascending, joined by spaces, 10 '1' when the claims of others do not matter, 11 what the event tells
--       besides, as JSON, or '', 12 the code of its reason or ''
-- gives {'ok', 'changed'|'same', comment} | {'comment_not_found'} | {'claimed_by_another'} | {'stale_revision'}
--       | {'idempotency_key_reused'} | {'home_changed'}
local keys, idempotency = comment_keys(KEYS), KEYS[21]
local comment_id, fingerprint = ARGV[2], ARGV[8]

local first = first_answer(idempotency, fingerprint)
if first then return reply_again(keys, comment_id, first) end

roll_series(keys.totals, keys.queue, series_at(#KEYS - 2), tonumber(ARGV[1]))
local outcome, record, holder, expires = decide_one(keys, keys.events, {
  now = tonumber(ARGV[1]), comment_id = comment_id, actor = ARGV[3], decision = ARGV[4], state = ARGV[5],
  revision = ARGV[6], act = ARGV[7], age_bounds = ARGV[9], may_end_any_claim = ARGV[10] == '1', detail = ARGV[11], reason = ARGV[12]})
if not IS_DECIDED[outcome] then return {outcome} end
keep_answer(idempotency, fingerprint, act_answer(outcome, record, holder, expires))
return {'ok', outcome, reply_with(keys, comment_id, record, holder, expires)}
