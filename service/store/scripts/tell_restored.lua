#!lua flags=allow-oom
-- tell_restored: the stream tells that a backup was restored: what was done after it is gone.
-- include: event
-- KEYS  events
-- ARGV  1 actor, 2 now_ms, 3 what else there is to know, as JSON
-- gives {'ok'}
emit(KEYS[1], 'restored', {actor = ARGV[1], at_ms = ARGV[2], detail = ARGV[3]}, '', '')
return {'ok'}
