#!lua flags=allow-oom
-- claim_one: leases one queued comment to one moderator, unless another holds it or he holds as many as he may. His own
-- claim on it begins anew.
-- include: event queue
-- KEYS  queue, claims, claim-holders, events
-- ARGV  1 now_ms, 2 expires_ms, 3 the holder as service/store/claims.py packs him, 4 comment_id,
--       5 how many a moderator may hold at once
-- gives {'ok', '1' when he holds it now, else '0'}
local claims, holders, now, comment_id = KEYS[2], KEYS[3], tonumber(ARGV[1]), ARGV[4]
local member_id = string.match(ARGV[3], '^[^\n]*')
if not redis.call('ZSCORE', KEYS[1], comment_id) then return {'ok', '0'} end
local holder = live_claim({claims = claims, holders = holders}, comment_id, now)
local is_own = holder and is_held_by(holder, member_id)
if holder and not is_own then return {'ok', '0'} end

if not is_own and redis.call('HLEN', holders) >= tonumber(ARGV[5]) then
  local held = 0
  for _, each in ipairs(redis.call('HVALS', holders)) do
    if is_held_by(each, member_id) then held = held + 1 end
  end
  if held >= tonumber(ARGV[5]) then return {'ok', '0'} end
end

redis.call('ZADD', claims, ARGV[2], comment_id)
redis.call('HSET', holders, comment_id, ARGV[3])
if not is_own then
  emit(KEYS[4], 'claimed', {actor = member_id, at_ms = ARGV[1], subject = comment_id}, '', member_id)
end
return {'ok', '1'}
