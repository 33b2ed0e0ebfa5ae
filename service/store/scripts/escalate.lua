#!lua flags=allow-oom
-- escalate: a moderator hands a queued comment to the others: his claim ends, he is leased it no more, and they are leased it
-- first. Once a moderator, until it leaves the queue.
-- include: idempotency event queue escalation
-- KEYS  queue, claims, claim-holders, comment, escalated, escalations, events, idempotency
-- ARGV  1 now_ms, 2 comment_id, 3 the actor, 4 '1' when the claims of others do not matter, 5 the escalation as a line
--       without its end, 6 fingerprint or ''
-- gives {'ok', 'changed'|'same'} | {'comment_not_found'} | {'not_queued'} | {'claimed_by_another'}
--       | {'idempotency_key_reused'}
local keys, escalated, escalations = {claims = KEYS[2], holders = KEYS[3]}, KEYS[5], KEYS[6]
local now, comment_id, actor = tonumber(ARGV[1]), ARGV[2], ARGV[3]

local first = first_answer(KEYS[8], ARGV[6])
if first then return first end
local known = redis.call('HMGET', KEYS[4], STATE, THREAD, REVISION)
if not known[1] or known[1] == 'erased' then return {'comment_not_found'} end
if not redis.call('ZSCORE', KEYS[1], comment_id) then return {'not_queued'} end
local holder = live_claim(keys, comment_id, now)
if holder and ARGV[4] ~= '1' and not is_held_by(holder, actor) then return {'claimed_by_another'} end
local lines = redis.call('HGET', escalations, comment_id)
if is_escalated_by(lines, actor) then return keep_answer(KEYS[8], ARGV[6], {'ok', 'same'}) end

redis.call('ZADD', escalated, 'NX', ARGV[1], comment_id)
redis.call('HSET', escalations, comment_id, with_escalation(lines, ARGV[5]))
local ended = end_claim(keys, comment_id)
local about = {actor = actor, at_ms = ARGV[1], subject = comment_id, thread = known[2], revision = known[3]}
emit(KEYS[7], 'escalated' .. (ended and ' released' or ''), about, ended or '', '')
return keep_answer(KEYS[8], ARGV[6], {'ok', 'changed'})
