#!lua flags=allow-oom
-- end_session: ends a session of a member, and tells of it, once.
-- include: event
-- KEYS  session, sessions-of its member, changes
-- ARGV  1 digest, 2 member_id, 3 now_ms, 4 who ends it, 5 '1' where the session itself does
-- gives {'ok', 1 | 0 when there is none of this member}
local digest, member_id, now_ms, actor, is_own = unpack(ARGV)
local kind = is_own == '1' and 'signed_out' or 'session_ended'
if redis.call('ZREM', KEYS[2], digest) == 0 then return {'ok', 0} end
redis.call('DEL', KEYS[1])
emit(KEYS[3], kind, {actor = actor, at_ms = now_ms, subject = member_id}, '', '')
return {'ok', 1}
