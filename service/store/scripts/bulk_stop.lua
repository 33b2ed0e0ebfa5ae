#!lua flags=allow-oom
-- bulk_stop: ends the bulk of a member where it is: he was revoked, or somebody stopped it. One that is taken back goes on:
-- that is another's act.
-- include: event bulk
-- KEYS  as bulk_start
-- ARGV  1 now_ms, 2 bulk_id, 3 the member_id whose bulk it is, 4 who ends it
-- gives {'ok', 1 | 0 when there is nothing to end}
local bulk, running, stream = KEYS[1], KEYS[3], KEYS[4]
local now_ms, bulk_id, member_id, actor = unpack(ARGV)
local held = redis.call('HMGET', bulk, 'actor', 'undo_started_ms', 'place', 'changed')
if held[1] ~= member_id or held[2] or not redis.call('ZSCORE', running, bulk_id) then return {'ok', 0} end
redis.call('HSET', bulk, 'finished_ms', now_ms)
local reached, changed = tonumber(held[3] or 0), tonumber(held[4] or 0)
ended(running, bulk_id, stream, {actor = actor, at_ms = now_ms, subject = bulk_id,
  detail = string.format('{"done":%d,"skipped":%d,"stopped":true}', changed, reached - changed)})
return {'ok', 1}
