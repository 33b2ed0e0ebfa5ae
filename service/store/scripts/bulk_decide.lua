#!lua flags=allow-oom
-- bulk_decide: one decision on the next comments of a bulk. Left alone are those on which somebody acted since the preview,
-- whose state is no longer the one that was asked for, or that another moderator has claimed.
-- include: event queue count standing series list near comment outcome decision bulk
-- KEYS  bulk, bulks-running, events, totals, queue, series, series-hours, series-base; then of each comment as
--       decide, without idempotency
-- ARGV  1 now_ms, 2 bulk_id, 3 the place that it has reached, 4 the actor, 5 decision, 6 the state it leads to, 7 the state
--       asked for or '', 8 when it was previewed, ms, 9 the act as JSON without the states before and after, 10 upper bounds
--       of the age histogram, 11 code of the reason or '', 12 what the events tell besides, as JSON,
--       13 how many keys a comment has; then each comment_id, or '' for one that is gone
-- gives {'ok', 'on'|'done', the place that it has reached now} | {'ok', 'moved', 0} when it is somewhere else, or is not
--       to go on
local bulk, running, stream = KEYS[1], KEYS[2], KEYS[3]
local now_ms, bulk_id, place, actor, decision, state, asked, previewed, act, age_bounds, code, detail, n_keys =
  unpack(ARGV, 1, 13)
local now, previewed_ms = tonumber(now_ms), tonumber(previewed)
if redis.call('HEXISTS', bulk, 'undo_started_ms') == 1 or not is_at(bulk, running, bulk_id, 'place', place) then
  return {'ok', 'moved', 0}
end

local function decide(keys, comment_id)
  local held = redis.call('HMGET', keys.comment, STATE, HISTORY)
  local last = last_act(held[2])
  if (asked ~= '' and held[1] ~= asked) or (last and last[4] >= previewed_ms) then return 'changed_since' end
  local outcome = decide_one(keys, stream, {now = now, comment_id = comment_id, actor = actor, decision = decision,
    state = state, revision = '', act = act, age_bounds = age_bounds, may_end_any_claim = false, reason = code,
    detail = detail})
  return outcome
end

roll_series(KEYS[4], KEYS[5], series_at(6), tonumber(now_ms))
local done, counted = each_comment(decide, 9, tonumber(n_keys), 14)
local total = tonumber(redis.call('HGET', bulk, 'total'))
local reached = tonumber(place) + done
local changed = redis.call('HINCRBY', bulk, 'changed', counted.changed or 0)
redis.call('HINCRBY', bulk, 'claimed', counted.claimed_by_another or 0)
redis.call('HSET', bulk, 'place', reached)
if reached < total then return {'ok', 'on', reached} end
redis.call('HSET', bulk, 'finished_ms', now_ms)
ended(running, bulk_id, stream, {actor = actor, at_ms = now_ms, subject = bulk_id,
  detail = string.format('{"done":%d,"skipped":%d}', changed, reached - changed)})
return {'ok', 'done', reached}
