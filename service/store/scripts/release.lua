#!lua flags=allow-oom
-- release: hands one claim of a moderator back.
-- include: queue
-- KEYS  claims, claim-holders, comment
-- ARGV  1 now_ms, 2 comment_id, 3 token_id
-- gives {'ok'} | {'comment_not_found'} | {'claimed_by_another'}
local keys = {claims = KEYS[1], holders = KEYS[2]}
if redis.call('EXISTS', KEYS[3]) == 0 then return {'comment_not_found'} end
local holder = live_claim(keys, ARGV[2], tonumber(ARGV[1]))
if holder and not is_held_by(holder, ARGV[3]) then return {'claimed_by_another'} end
redis.call('ZREM', keys.claims, ARGV[2])
redis.call('HDEL', keys.holders, ARGV[2])
return {'ok'}
