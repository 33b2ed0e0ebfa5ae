#!lua flags=allow-oom
-- decide: a moderator's decision on one comment, once. Goes on when Redis is out of memory: it frees the queue.
-- include: idempotency event queue count comment outcome
-- KEYS  thread, thread-comments, thread-published, thread-queue, queue, queue-risk, queue-uncertainty, claims,
--       claim-holders, comment, author, totals, events, consumers, thread-published-later, idempotency
-- ARGV  1 now_ms, 2 comment_id, 3 token_id, 4 decision, 5 the state it leads to, 6 the revision seen or '',
--       7 the act as JSON without the states before and after, 8 fingerprint or '', 9 upper bounds of the age histogram in
--       seconds, ascending, joined by spaces, 10 '1' when the claims of others do not matter
-- gives {'ok', 'changed'|'same', comment} | {'comment_not_found'} | {'claimed_by_another'} | {'stale_revision'}
--       | {'idempotency_key_reused'}
local keys, idempotency = comment_keys(KEYS), KEYS[16]
local now, comment_id, token_id, decision, state = tonumber(ARGV[1]), ARGV[2], ARGV[3], ARGV[4], ARGV[5]

local first = first_answer(idempotency, ARGV[8])
if first then return reply_again(keys, comment_id, first) end

local record = read_record(keys)
local before, decided = record[STATE], record[DECISION] or ''
if not before or before == 'erased' then return {'comment_not_found'} end
local holder, expires = live_claim(keys, comment_id, now)
if decided == decision then
  keep_answer(idempotency, ARGV[8], act_answer('same', record, holder, expires))
  return {'ok', 'same', reply_with(keys, comment_id, record, holder, expires)}
end
if holder and ARGV[10] ~= '1' and not is_held_by(holder, token_id) then return {'claimed_by_another'} end
if ARGV[6] ~= '' and ARGV[6] ~= record[REVISION] then return {'stale_revision'} end

local queued = redis.call('ZSCORE', keys.queue, comment_id) and '1' or '0'
local counted = {['decided:' .. decision] = 1}
if queued == '1' then
  dequeue(keys, keys.thread_queue, comment_id)
  count_age(counted, now - tonumber(record[SUBMITTED_MS]), ARGV[9])
end
local published_ms = record[PUBLISHED_MS] or ''
local previous = table.concat({before, decided, published_ms, queued}, '\t') .. '\n' .. (record[PREVIOUS] or '')
move_to(keys, comment_id, record, state, published_ms, now, ARGV[7], {[DECISION] = decision, [PREVIOUS] = previous}, counted)
change_outcome(keys.author, decided, decision)

local stream = stream_of(keys.events, keys.consumers, NEWEST_EVENTS)
local about = about_comment(comment_id, record, token_id, ARGV[1])
emit(stream, 'decided' .. outcome_of(before, state) .. (queued == '1' and ' left' or ''), about, before, state)
keep_answer(idempotency, ARGV[8], act_answer('changed', record))
return {'ok', 'changed', reply_with(keys, comment_id, record)}
