#!lua
-- submit: writes one submission as the thread's mode says, once, within the rate limits.
-- include: idempotency rate queue count
-- KEYS  thread, thread-comments, thread-published, thread-queue, queue, queue-risk, queue-uncertainty, claims,
--       claim-holders, comment, author, totals, events, idempotency, repeat, rate-reader, rate-site
-- ARGV  1 now_ms, 2 comment_id, 3 thread, 4 author, 5 parent_id or '', 6 what is public, 7 what is private, 8 risk,
--       9 the site's mode, 10-18 of each mode (premoderate, postmoderate, auto) verdict, listed 0|1, reasons,
--       19 fingerprint or '', 20-23 interval_ms and tolerance_ms of the reader's and of the site's rate,
--       24 title or '', 25 url or '', 26 '1' when unscored
-- gives {'ok', comment_id, state, 'new'|'again'} | {'rate_limited', retry_after_ms} | {'thread_closed'}
--       | {'parent_unknown'} | {'idempotency_key_reused'}
local thread_key, comments, published, thread_queue = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local queue = {queue = KEYS[5], risk = KEYS[6], uncertainty = KEYS[7], claims = KEYS[8], holders = KEYS[9]}
local comment_key, author_key, totals, events = KEYS[10], KEYS[11], KEYS[12], KEYS[13]
local idempotency_key, repeat_key, rate_reader, rate_site = KEYS[14], KEYS[15], KEYS[16], KEYS[17]
local now, comment_id, thread = tonumber(ARGV[1]), ARGV[2], ARGV[3]
local parent_id, risk, fingerprint = ARGV[5], ARGV[8], ARGV[19]

local first = first_answer(idempotency_key, fingerprint)
if first then return first end

local meta = redis.call('HMGET', thread_key, 'closed', 'mode', 'created_ms', 'title', 'url')
if meta[1] == '1' then return {'thread_closed'} end

local reader_interval, site_interval = tonumber(ARGV[20]), tonumber(ARGV[22])
local reader_arrival, reader_wait = rate_arrival(rate_reader, now, reader_interval, tonumber(ARGV[21]))
local site_arrival, site_wait = rate_arrival(rate_site, now, site_interval, tonumber(ARGV[23]))
local wait = math.max(reader_wait, site_wait)
if wait > 0 then
  redis.call('HINCRBY', totals, 'refused:rate_limited', 1)
  return {'rate_limited', tostring(math.ceil(wait))}
end
rate_consume(rate_reader, now, reader_interval, reader_arrival)
rate_consume(rate_site, now, site_interval, site_arrival)

local earlier = redis.call('GET', repeat_key)
if earlier then
  redis.call('HINCRBY', totals, 'repeats', 1)
  local earlier_id, earlier_state = string.match(earlier, '^(%S+) (%S+)$')
  return keep_answer(idempotency_key, fingerprint, {'ok', earlier_id, earlier_state, 'again'})
end
if parent_id ~= '' and not redis.call('ZSCORE', published, parent_id) then return {'parent_unknown'} end

local offsets = {premoderate = 10, postmoderate = 13, auto = 16}
local at = offsets[meta[2] or ''] or offsets[ARGV[9]]
local verdict, listed, reasons = ARGV[at], ARGV[at + 1] == '1', ARGV[at + 2]
local state = ({publish = 'published', hold = 'held', reject = 'rejected'})[verdict]

redis.call('HSET', comments, comment_id, ARGV[6])
local record = {THREAD, thread, AUTHOR, ARGV[4], STATE, state, REVISION, 1, SUBMITTED_MS, ARGV[1], RISK, risk,
  VERDICT, verdict, REASONS, reasons, PRIVATE, ARGV[7]}
local function add(field, value)
  record[#record + 1] = field
  record[#record + 1] = value
end
if parent_id ~= '' then add(PARENT_ID, parent_id) end
if state == 'published' then
  add(PUBLISHED_MS, ARGV[1])
  redis.call('ZADD', published, ARGV[1], comment_id)
end
redis.call('HSET', comment_key, unpack(record))
if listed then
  enqueue(queue, thread_queue, comment_id, ARGV[1], risk)
  emit(events, 'entered', comment_id, thread, state, ARGV[1])
end

local of_thread = {}
if not meta[3] then of_thread = {'created_ms', ARGV[1], 'version', 0} end
local is_changed = state == 'published'
for i, field in ipairs({'title', 'url'}) do
  if ARGV[23 + i] ~= '' and not meta[3 + i] then
    of_thread[#of_thread + 1] = field
    of_thread[#of_thread + 1] = ARGV[23 + i]
    is_changed = true
  end
end
if #of_thread > 0 then redis.call('HSET', thread_key, unpack(of_thread)) end
if is_changed then redis.call('HINCRBY', thread_key, 'version', 1) end
redis.call('HINCRBY', thread_key, state, 1)

redis.call('HINCRBY', totals, 'state:' .. state, 1)
redis.call('HINCRBY', totals, 'submitted:' .. verdict, 1)
if ARGV[26] == '1' then redis.call('HINCRBY', totals, 'unscored', 1) end
if redis.call('HINCRBY', author_key, 'submitted', 1) == 1 then
  redis.call('HSET', author_key, 'first_ms', ARGV[1], 'last_ms', ARGV[1])
else
  redis.call('HSET', author_key, 'last_ms', ARGV[1])
end
redis.call('HINCRBY', author_key, state, 1)

redis.call('SET', repeat_key, comment_id .. ' ' .. state, 'PX', DAY_MS)
return keep_answer(idempotency_key, fingerprint, {'ok', comment_id, state, 'new'})
