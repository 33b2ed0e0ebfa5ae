#!lua flags=allow-oom
-- bulk_undo: takes the decisions of a bulk on its next comments back, where nobody acted since.
-- include: event queue count standing series list near comment outcome undoing bulk
-- KEYS  as bulk_decide
-- ARGV  1 now_ms, 2 bulk_id, 3 the place that its undo has reached, 4 the actor, 5 the act as JSON without the states before
--       and after, 6 what the events tell besides, as JSON, 7 how many keys a comment has; then each comment_id, or '' for
--       one that is gone
-- gives as bulk_decide
local bulk, running, stream = KEYS[1], KEYS[2], KEYS[3]
local now_ms, bulk_id, place, actor, act, detail, n_keys = unpack(ARGV, 1, 7)
if not is_at(bulk, running, bulk_id, 'undo_place', place) then return {'ok', 'moved', 0} end

local function undo(keys, comment_id)
  local last = last_act(redis.call('HGET', keys.comment, HISTORY))
  if not last or last[9] ~= bulk_id or last[3] == 'undo' then return 'changed_since' end
  return (undo_one(keys, stream, {now = tonumber(now_ms), comment_id = comment_id, actor = actor, revision = '', act = act,
    detail = detail}))
end

roll_series(KEYS[4], KEYS[5], series_at(6), tonumber(now_ms))
local done, counted = each_comment(undo, 9, tonumber(n_keys), 8)
local total = tonumber(redis.call('HGET', bulk, 'place'))
local reached = tonumber(place) + done
local changed = redis.call('HINCRBY', bulk, 'undone', counted.changed or 0)
redis.call('HSET', bulk, 'undo_place', reached)
if reached < total then return {'ok', 'on', reached} end
redis.call('HSET', bulk, 'undo_finished_ms', now_ms)
redis.call('HDEL', bulk, 'ordinals')
ended(running, bulk_id, stream, {actor = actor, at_ms = now_ms, subject = bulk_id,
  detail = string.format('{"undone":%d,"skipped":%d}', changed, reached - changed)})
return {'ok', 'done', reached}
