#!lua flags=allow-oom
-- undo: takes the last decision on a comment back; state, publication and place in the queue are as before it.
-- include: idempotency event queue count list comment outcome
-- KEYS  as decide
-- ARGV  1 now_ms, 2 comment_id, 3 the revision seen or '', 4 the act as JSON without the states before and after,
--       5 fingerprint or '', 6 the actor
-- gives {'ok', 'changed', comment} | {'comment_not_found'} | {'nothing_to_undo'} | {'stale_revision'}
--       | {'idempotency_key_reused'} | {'home_changed'}
local keys, idempotency = comment_keys(KEYS), KEYS[18]
local now, comment_id = tonumber(ARGV[1]), ARGV[2]

local first = first_answer(idempotency, ARGV[5])
if first then return reply_again(keys, comment_id, first) end

local record = read_record(keys)
local previous = record[PREVIOUS] or ''
if not record[STATE] or record[STATE] == 'erased' then return {'comment_not_found'} end
if ARGV[3] ~= '' and ARGV[3] ~= record[REVISION] then return {'stale_revision'} end
if previous == '' then return {'nothing_to_undo'} end
if not is_home(keys, record) then return {'home_changed'} end

local before = record[STATE]
local line, older = string.match(previous, '^([^\n]*)\n(.*)$')
local decided = record[DECISION] or ''
local state, decision, published_ms, queued, reason = string.match(line, '^([^\t]*)\t([^\t]*)\t([^\t]*)\t([^\t]*)\t?([^\t]*)$')
move_to(keys, comment_id, record, state, published_ms, now, ARGV[4], {[DECISION] = decision, [PREVIOUS] = older, [REASON] = reason}, {undone = 1})
change_outcome(keys.author, decided, decision)
if queued == '1' then enqueue(keys, keys.thread_queue, comment_id, record[SUBMITTED_MS], record[RISK]) end

local stream = stream_of(keys.events, keys.consumers, NEWEST_EVENTS)
local about = about_comment(comment_id, record, ARGV[6], ARGV[1])
emit(stream, 'undone' .. outcome_of(before, state) .. (queued == '1' and ' entered' or ''), about, before, state)
local holder, expires = live_claim(keys, comment_id, now)
keep_answer(idempotency, ARGV[5], act_answer('changed', record, holder, expires))
return {'ok', 'changed', reply_with(keys, comment_id, record, holder, expires)}
