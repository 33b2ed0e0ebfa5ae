#!lua flags=no-writes
-- read_comment: a comment, its claim, what its author did before, and the newest notes on it.
-- include: queue count comment note
-- KEYS  as decide, with comment-notes in the place of the last
-- ARGV  1 now_ms, 2 comment_id, 3 how many notes
-- gives {'ok', comment, fields of the author's record, note_ids, notes, packed, how many there are} | {'comment_not_found'}
local keys = comment_keys(KEYS)
local comment_id = ARGV[2]
local record = read_record(keys)
if not next(record) then return {'comment_not_found'} end
local note_ids, notes, count = notes_before(KEYS[#KEYS], '', tonumber(ARGV[3]))
return {'ok', reply_with(keys, comment_id, record, live_claim(keys, comment_id, tonumber(ARGV[1]))),
  redis.call('HGETALL', keys.author), note_ids, notes, count}
