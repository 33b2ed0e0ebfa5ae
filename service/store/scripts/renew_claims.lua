#!lua flags=allow-oom
-- renew_claims: the claims of a moderator last longer; one that has expired stays expired.
-- include: queue
-- KEYS  claims, claim-holders
-- ARGV  1 now_ms, 2 expires_ms, 3 member_id
-- gives {'ok', how many there are}
local claims, holders, now, member_id = KEYS[1], KEYS[2], tonumber(ARGV[1]), ARGV[3]
local flat, renewed = redis.call('HGETALL', holders), 0
for i = 1, #flat, 2 do
  if is_held_by(flat[i + 1], member_id) then
    local expires = redis.call('ZSCORE', claims, flat[i])
    if expires and is_live(tonumber(expires), now) then
      redis.call('ZADD', claims, ARGV[2], flat[i])
      renewed = renewed + 1
    end
  end
end
return {'ok', renewed}
