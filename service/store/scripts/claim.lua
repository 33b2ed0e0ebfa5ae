#!lua flags=allow-oom
-- claim: leases the next free comments of the queue to one moderator. A claim is a lease, not a move: the comment
-- stays in the queue, and an expired claim is no claim.
-- include: idempotency queue
-- KEYS  the view in whose order to claim, claims, claim-holders, thread-queue, events, idempotency
-- ARGV  1 now_ms, 2 expires_ms, 3 the holder: token_id, a newline, the name, 4 limit, 5 '1' for the highest first,
--       6 '1' for one thread only, 7 fingerprint or ''
-- gives {'ok', comment_ids, expires_ms} | {'idempotency_key_reused'}
local view, claims, holders, thread_queue, events = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local now, limit, one_thread = tonumber(ARGV[1]), tonumber(ARGV[4]), ARGV[6] == '1'
local CHUNK = 100

local first = first_answer(KEYS[6], ARGV[7])
if first then return first end

for _, dead in ipairs({{'-inf', now}, {'(' .. string.format('%.0f', now + LONGEST_LEASE_MS), '+inf'}}) do
  for _, comment_id in ipairs(redis.call('ZRANGE', claims, dead[1], dead[2], 'BYSCORE', 'LIMIT', 0, 1000)) do
    redis.call('ZREM', claims, comment_id)
    redis.call('HDEL', holders, comment_id)
  end
end

local range = ARGV[5] == '1' and 'ZREVRANGE' or 'ZRANGE'
local ids, at = {}, 0
while #ids < limit do
  local chunk = redis.call(range, view, at, at + CHUNK - 1)
  if #chunk == 0 then break end
  local expiries = redis.call('ZMSCORE', claims, unpack(chunk))
  for i, comment_id in ipairs(chunk) do
    local is_free = not expiries[i] or not is_live(tonumber(expiries[i]), now)
    if is_free and (not one_thread or view == thread_queue or redis.call('ZSCORE', thread_queue, comment_id)) then
      ids[#ids + 1] = comment_id
      if #ids == limit then break end
    end
  end
  at = at + CHUNK
end

local leases, held = {}, {}
for i, comment_id in ipairs(ids) do
  leases[2 * i - 1], leases[2 * i] = ARGV[2], comment_id
  held[2 * i - 1], held[2 * i] = comment_id, ARGV[3]
  redis.call('XADD', events, 'MAXLEN', '~', 10000, '*',
    'event', 'claimed', 'comment_id', comment_id, 'at_ms', ARGV[1])
end
if #ids > 0 then
  redis.call('ZADD', claims, unpack(leases))
  redis.call('HSET', holders, unpack(held))
end
return keep_answer(KEYS[6], ARGV[7], {'ok', ids, ARGV[2]})
