#!lua
-- add_note: keeps a note on a comment or an author, which is no change of either.
-- include: idempotency event note
-- KEYS  its record, its notes, events, idempotency
-- ARGV  1 now_ms, 2 the kind of event, 3 comment_id or author_id, 4 the actor, 5 note_id, 6 the note, packed,
--       7 fingerprint or ''
-- gives {'ok', note_id, the note, packed} | {'absent'} | {'idempotency_key_reused'}
local first = first_answer(KEYS[4], ARGV[7])
if first then return first end
local known = redis.call('HMGET', KEYS[1], STATE, THREAD, REVISION)
if known[1] == 'erased' or redis.call('EXISTS', KEYS[1]) == 0 then return {'absent'} end
add_note(KEYS[2], ARGV[5], ARGV[6])
local kinds = ARGV[2] == 'author_noted' and 'author_noted' or 'noted'
emit(KEYS[3], kinds, {actor = ARGV[4], at_ms = ARGV[1], subject = ARGV[3],
  thread = known[2] or '', revision = known[3] or '', detail = '{"note":"' .. ARGV[5] .. '"}'}, '', '')
return keep_answer(KEYS[4], ARGV[7], {'ok', ARGV[5], ARGV[6]})
