#!lua
-- submit: writes one submission as the thread's mode says, once, within the rate limits.
-- include: idempotency rate queue count
-- KEYS  thread, thread-comments, thread-published, thread-queue, queue, queue-risk, queue-uncertainty, claims,
--       claim-holders, comment, author, totals, events, idempotency, repeat, rate-reader, rate-site
-- ARGV  1 now_ms, 2 comment_id, 3 thread, 4 author, 5 parent_id or '', 6 public JSON, 7 private JSON, 8 risk,
--       9 the site's mode, 10-18 of each mode (premoderate, postmoderate, auto) verdict, listed 0|1, reasons JSON,
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

local meta = redis.call('HMGET', thread_key, 'closed', 'mode', 'created_ms')
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

local earlier = redis.call('HMGET', repeat_key, 'comment_id', 'state')
if earlier[1] then
  redis.call('HINCRBY', totals, 'repeats', 1)
  return keep_answer(idempotency_key, fingerprint, {'ok', earlier[1], earlier[2], 'again'})
end
if parent_id ~= '' and not redis.call('ZSCORE', published, parent_id) then return {'parent_unknown'} end

local offsets = {premoderate = 10, postmoderate = 13, auto = 16}
local at = offsets[meta[2] or ''] or offsets[ARGV[9]]
local verdict, listed, reasons = ARGV[at], ARGV[at + 1] == '1', ARGV[at + 2]
local state = ({publish = 'published', hold = 'held', reject = 'rejected'})[verdict]

if not meta[3] then redis.call('HSET', thread_key, 'created_ms', now, 'version', 0) end
local named = ARGV[24] ~= '' and redis.call('HSETNX', thread_key, 'title', ARGV[24]) or 0
local placed = ARGV[25] ~= '' and redis.call('HSETNX', thread_key, 'url', ARGV[25]) or 0
if named + placed > 0 then redis.call('HINCRBY', thread_key, 'version', 1) end

redis.call('HSET', comments, comment_id, ARGV[6])
redis.call('HSET', comment_key, 'thread', thread, 'author', ARGV[4], 'parent_id', parent_id, 'state', state,
  'revision', 1, 'submitted_ms', now, 'risk', risk, 'verdict', verdict, 'reasons', reasons, 'private', ARGV[7])
if state == 'published' then
  redis.call('ZADD', published, now, comment_id)
  redis.call('HSET', comment_key, 'published_ms', now)
  redis.call('HINCRBY', thread_key, 'version', 1)
end
if listed then
  enqueue(queue, thread_queue, comment_id, now, risk)
  emit(events, 'entered', comment_id, thread, state, now)
end
count_state(totals, thread_key, author_key, state, 1)
redis.call('HINCRBY', totals, 'submitted:' .. verdict, 1)
if ARGV[26] == '1' then redis.call('HINCRBY', totals, 'unscored', 1) end
redis.call('HSETNX', author_key, 'first_ms', now)
redis.call('HSET', author_key, 'last_ms', now)
redis.call('HINCRBY', author_key, 'submitted', 1)

redis.call('HSET', repeat_key, 'comment_id', comment_id, 'state', state)
redis.call('PEXPIRE', repeat_key, DAY_MS)
return keep_answer(idempotency_key, fingerprint, {'ok', comment_id, state, 'new'})
