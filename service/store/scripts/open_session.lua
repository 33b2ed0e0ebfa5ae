#!lua flags=allow-oom
-- open_session: writes a new session, and tells of it. Goes on when Redis is out of memory: whoever is to free it signs in.
-- include: event
-- KEYS  session, sessions-of its member, changes
-- ARGV  1 digest, 2 when it ends at the latest, ms, 3 how long it lives without use, ms, 4 member_id, 5 now_ms, 6 detail of the
--       event, then field and value in turn
-- gives {'ok'}
local digest, ends_ms, idle_ms, member_id, now_ms, detail = unpack(ARGV, 1, 6)
redis.call('HSET', KEYS[1], unpack(ARGV, 7))
redis.call('PEXPIRE', KEYS[1], idle_ms)
redis.call('ZADD', KEYS[2], ends_ms, digest)
redis.call('PEXPIRE', KEYS[2], ends_ms - now_ms)
emit(KEYS[3], 'signed_in', {actor = member_id, at_ms = now_ms, subject = member_id, detail = detail}, '', '')
return {'ok'}
