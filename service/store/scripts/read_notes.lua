#!lua flags=no-writes
-- read_notes: some notes on a comment or an author, the newest first.
-- include: note
-- KEYS  its record, its notes
-- ARGV  1 the note_id before which to begin or '', 2 how many
-- gives {'ok', note_ids, notes, packed, how many there are, 1 when older ones follow, else 0} | {'absent'}
if redis.call('EXISTS', KEYS[1]) == 0 or redis.call('HGET', KEYS[1], STATE) == 'erased' then return {'absent'} end
local ids, notes, count, has_more = notes_before(KEYS[2], ARGV[1], tonumber(ARGV[2]))
return {'ok', ids, notes, count, has_more and 1 or 0}
