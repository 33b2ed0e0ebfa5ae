#!lua
-- remove_member: ends a member, and his tokens with him, in one step.
-- include: event
-- KEYS  members, tokens, members-seen, changes
-- ARGV  1 member_id, what the event has: 2 actor, 3 now_ms, 4 the member with the ids of his tokens, 5 what there is now,
--       then token_ids
-- gives {'ok'} | {'member_not_found'}
local members, tokens, seen, member_id = KEYS[1], KEYS[2], KEYS[3], ARGV[1]
local removed = redis.call('HDEL', members, member_id)
for i = 6, #ARGV do removed = removed + redis.call('HDEL', tokens, ARGV[i]) end
redis.call('HDEL', seen, member_id)
if removed == 0 then return {'member_not_found'} end
local about = {actor = ARGV[2], at_ms = ARGV[3], subject = member_id}
emit(KEYS[4], 'member_revoked', about, ARGV[4], ARGV[5])
return {'ok'}
