#!lua flags=allow-oom
-- release: hands one claim of a moderator back, or ends anybody's. One that had expired is ended by the machine.
-- include: event queue
-- KEYS  claims, claim-holders, comment, events
-- ARGV  1 now_ms, 2 comment_id, 3 member_id, 4 '1' when it may end the claims of others
-- gives {'ok'} | {'comment_not_found'} | {'claimed_by_another'}
local keys, comment_id, member_id = {claims = KEYS[1], holders = KEYS[2]}, ARGV[2], ARGV[3]
if redis.call('EXISTS', KEYS[3]) == 0 then return {'comment_not_found'} end
local holder = live_claim(keys, comment_id, tonumber(ARGV[1]))
if holder and ARGV[4] ~= '1' and not is_held_by(holder, member_id) then return {'claimed_by_another'} end

local ended = end_claim(keys, comment_id)
if ended then
  local about = {actor = holder and member_id or MACHINE, at_ms = ARGV[1], subject = comment_id}
  emit(KEYS[4], 'released', about, ended, '')
end
return {'ok'}
