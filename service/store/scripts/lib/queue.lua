-- The queue of a site: three views of the same comments, and the claims on them.
local function uncertainty_of(risk)
  return string.format('%.6f', math.abs(tonumber(risk) - 0.5))
end

local function enqueue(keys, thread_queue, comment_id, submitted_ms, risk)
  redis.call('ZADD', keys.queue, submitted_ms, comment_id)
  redis.call('ZADD', keys.risk, risk, comment_id)
  redis.call('ZADD', keys.uncertainty, uncertainty_of(risk), comment_id)
  redis.call('ZADD', thread_queue, submitted_ms, comment_id)
end

local function dequeue(keys, thread_queue, comment_id)
  redis.call('ZREM', keys.queue, comment_id)
  redis.call('ZREM', keys.risk, comment_id)
  redis.call('ZREM', keys.uncertainty, comment_id)
  redis.call('ZREM', thread_queue, comment_id)
  redis.call('ZREM', keys.claims, comment_id)
  redis.call('HDEL', keys.holders, comment_id)
  if redis.call('ZREM', keys.escalated, comment_id) == 1 then redis.call('HDEL', keys.escalations, comment_id) end
end

-- The longest lease that can be asked for, and a minute for clocks that differ: a claim that expires later is from a clock
-- that has since been set back, and is none.
local LONGEST_LEASE_MS = 3600000 + 60000

local function is_live(expires, now)
  return expires > now and expires <= now + LONGEST_LEASE_MS
end

-- The holder of a claim that has not expired, as `service/store/claims.py` packs it, and its expiry in ms; or nil.
local function live_claim(keys, comment_id, now)
  local expires = tonumber(redis.call('ZSCORE', keys.claims, comment_id) or 0)
  if not is_live(expires, now) then return nil end
  return redis.call('HGET', keys.holders, comment_id), expires
end

-- Ends a claim, live or not. Gives the member_id of its holder, '' where that is not known, or nil without a claim.
local function end_claim(keys, comment_id)
  local holder = redis.call('HGET', keys.holders, comment_id)
  local had_claim = redis.call('ZREM', keys.claims, comment_id) == 1
  if holder then redis.call('HDEL', keys.holders, comment_id) end
  return (holder and string.match(holder, '^[^\n]*')) or (had_claim and '' or nil)
end

local function is_held_by(holder, member_id)
  return string.sub(holder, 1, #member_id + 1) == member_id .. '\n'
end
