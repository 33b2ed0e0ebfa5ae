#!lua
-- make_link: writes a one-time link, and tells that it was made; one that is there, or was used, stays as it is.
-- include: event
-- KEYS  sign-in-link, changes
-- ARGV  1 what it says, 2 how long it works, ms, 3 whom it signs in, 4 who made it, 5 now_ms
-- gives {'ok'}
local told, lives_ms, member_id, actor, now_ms = unpack(ARGV)
if not redis.call('SET', KEYS[1], told, 'NX', 'PX', lives_ms) then return {'ok'} end
emit(KEYS[2], 'sign_in_link_made', {actor = actor, at_ms = now_ms, subject = member_id}, '', '')
return {'ok'}
