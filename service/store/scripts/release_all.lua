#!lua flags=allow-oom
-- release_all: ends the claims of one moderator in some places of the claims of a site, from a cursor on. Redis gives every
-- claim that was there from the first step to the last.
-- include: event queue
-- KEYS  claims, claim-holders, events
-- ARGV  1 member_id, 2 now_ms, 3 who ends them, 4 cursor, '0' at first, 5 how many places to look at, about
-- gives {'ok', cursor of the next step, '0' after the last}
local keys, member_id = {claims = KEYS[1], holders = KEYS[2]}, ARGV[1]
local stream = KEYS[3]
local cursor, found = unpack(redis.call('HSCAN', keys.holders, ARGV[4], 'COUNT', ARGV[5]))
for i = 1, #found, 2 do
  local comment_id, holder = found[i], found[i + 1]
  if is_held_by(holder, member_id) and end_claim(keys, comment_id) then
    emit(stream, 'released', {actor = ARGV[3], at_ms = ARGV[2], subject = comment_id}, member_id, '')
  end
end
return {'ok', cursor}
