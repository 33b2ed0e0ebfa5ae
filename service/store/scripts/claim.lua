#!lua flags=allow-oom
-- claim: leases the next free comments of the queue to one moderator. A claim is a lease, not a move: the comment
-- stays in the queue, and an expired claim is no claim.
-- What others escalated comes first, that was escalated first; what this moderator escalated never does.
-- include: idempotency event queue thread_view escalation
-- KEYS  the view in whose order to claim, claims, claim-holders, thread-queue, events, idempotency, escalated,
--       escalations
-- ARGV  1 now_ms, 2 expires_ms, 3 the holder as service/store/claims.py packs him, 4 limit, 5 '1' for the highest first,
--       6 '1' for one thread only, 7 fingerprint or '', 8 how many a moderator may hold at once
-- gives {'ok', comment_ids, expires_ms} | {'idempotency_key_reused'}
local view, claims, holders, thread_queue, idempotency = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[6]
local stream = KEYS[5]
local now, limit, most_held = tonumber(ARGV[1]), tonumber(ARGV[4]), tonumber(ARGV[8])
local member_id = string.match(ARGV[3], '^[^\n]*')
local escalated, escalations = KEYS[7], KEYS[8]
local is_other_order = ARGV[6] == '1' and view ~= thread_queue

local first = first_answer(idempotency, ARGV[7])
if first then return first end

for _, dead in ipairs({{'-inf', now}, {'(' .. string.format('%.0f', now + LONGEST_LEASE_MS), '+inf'}}) do
  for _, comment_id in ipairs(redis.call('ZRANGE', claims, dead[1], dead[2], 'BYSCORE', 'LIMIT', 0, 1000)) do
    local holder = end_claim({claims = claims, holders = holders}, comment_id)
    emit(stream, 'released', {actor = MACHINE, at_ms = ARGV[1], subject = comment_id}, holder, '')
  end
end

if redis.call('HLEN', holders) + limit > most_held then
  local held = 0
  for _, holder in ipairs(redis.call('HVALS', holders)) do
    if is_held_by(holder, member_id) then held = held + 1 end
  end
  limit = math.max(0, math.min(limit, most_held - held))
end

local ids, taken, has_escalated = {}, {}, redis.call('EXISTS', escalated) == 1

-- Takes what is free of the ids that `next_chunk` gives from a place on, where a key is named of those that are in it.
local function take(next_chunk, within)
  local at = 0
  while #ids < limit and at < MOST_LOOKED_AT do
    local chunk = next_chunk(at, at + CHUNK - 1)
    if #chunk == 0 then return end
    local expiries = redis.call('ZMSCORE', claims, unpack(chunk))
    local is_within = within and redis.call('ZMSCORE', within, unpack(chunk))
    local escalated_by = has_escalated and redis.call('HMGET', escalations, unpack(chunk))
    for i, comment_id in ipairs(chunk) do
      local is_free = not taken[comment_id] and not (expiries[i] and is_live(tonumber(expiries[i]), now))
        and not (escalated_by and is_escalated_by(escalated_by[i], member_id))
      if is_free and (not is_within or is_within[i]) then
        ids[#ids + 1] = comment_id
        taken[comment_id] = true
        if #ids == limit then return end
      end
    end
    at = at + CHUNK
  end
end

local function along(key, range)
  return function(first_rank, last_rank) return redis.call(range, key, first_rank, last_rank) end
end

local function along_sorted(ordered)
  return function(first_rank, last_rank)
    local chunk = {}
    for rank = first_rank, math.min(last_rank, #ordered / 2 - 1) do chunk[#chunk + 1] = ordered[2 * rank + 1] end
    return chunk
  end
end

local is_reverse = ARGV[5] == '1'
local range = is_reverse and 'ZREVRANGE' or 'ZRANGE'
if has_escalated then take(along(escalated, 'ZRANGE'), ARGV[6] == '1' and thread_queue or view) end
if not is_other_order then
  take(along(view, range))
elseif redis.call('ZCARD', thread_queue) <= SHORT_THREAD then
  take(along_sorted(sorted_thread(view, thread_queue, is_reverse)))
else
  take(along(view, range), thread_queue)
  take(along(thread_queue, 'ZRANGE')) -- a long thread, all of it far down: its oldest, rather than nothing
end

local leases, held = {}, {}
for i, comment_id in ipairs(ids) do
  leases[2 * i - 1], leases[2 * i] = ARGV[2], comment_id
  held[2 * i - 1], held[2 * i] = comment_id, ARGV[3]
  emit(stream, 'claimed', {actor = member_id, at_ms = ARGV[1], subject = comment_id}, '', member_id)
end
if #ids > 0 then
  redis.call('ZADD', claims, unpack(leases))
  redis.call('HSET', holders, unpack(held))
end
return keep_answer(idempotency, ARGV[7], {'ok', ids, ARGV[2]})
