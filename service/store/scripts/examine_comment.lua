#!lua flags=no-writes
-- examine_comment: what a comment counts for, and what is wrong with it, at one instant.
-- include: queue count list comment listing examine
-- KEYS  as decide, without the last; then list-rows of its chunk, and the lists of its thread and author, those below the
--       first where its ordinal is
-- ARGV  1 comment_id
-- gives {'ok', state, verdict, acts as `approve:2 undo:1`, names of faults} | {'comment_not_found'}
local keys = keys_with_lists(KEYS)
if redis.call('EXISTS', keys.comment) == 0 then return {'comment_not_found'} end
local record = read_record(keys)
local acts = acts_of(record)
return {'ok', record[STATE] or '', record[VERDICT] or '', acts, faults_of(keys, ARGV[1], record)}
