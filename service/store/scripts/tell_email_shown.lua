#!lua flags=allow-oom
-- tell_email_shown: tells that somebody was shown an author's email.
-- include: event author
-- KEYS  as ban_author
-- ARGV  1 now_ms, 2 author_id, 3 the author's keyed hash, 4 actor
-- gives {'ok'} | {'author_not_found'}
if not is_author_of(KEYS[2], ARGV[3]) then return {'author_not_found'} end
emit(KEYS[3], 'email_shown', {actor = ARGV[4], at_ms = ARGV[1], subject = ARGV[2]}, '', '')
return {'ok'}
