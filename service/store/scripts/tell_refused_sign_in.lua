#!lua flags=allow-oom
-- tell_refused_sign_in: tells that somebody was not let in.
-- include: event
-- KEYS  changes
-- ARGV  1 now_ms, 2 detail
-- gives {'ok'}
emit(KEYS[1], 'sign_in_refused', {actor = MACHINE, at_ms = ARGV[1], detail = ARGV[2]}, '', '')
return {'ok'}
