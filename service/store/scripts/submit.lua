#!lua
-- submit: writes submissions to one site, one after the other, each as its thread's mode says, once, within the rate
-- limits. One that fails harms no other. A repeat costs nothing, and is told what became of the first: nobody but its own
-- reader can send one, as the digest of a repeat has the reader's in it.
-- include: idempotency event rate queue count series rule list arrival author verdict near closing
-- KEYS  queue, queue-risk, queue-uncertainty, totals, events, rate-site, rate-stranger; list-rows, list-planes and list-bits
--       of the chunk that the caller believes to be the present one, each with the next; series, series-hours, series-base;
--       near of that chunk and of the next, each with the one that it takes the place of; then of each submission:
--       thread, thread-comments, thread-published, thread-queue, comment, author, idempotency, repeat, rate-reader, said (or
--       any of these where no rule asks for it), list-thread, list-author, author-of of the author_id below, and while
--       yesterday's salt is known repeat and rate-reader as of yesterday
-- ARGV  the site's mode, interval_ms and tolerance_ms of a reader's rate, of the site's and of all strangers', for how long
--       threads are open in ms or 0, how many keys each submission has, for how long said is kept in ms or 0, how many rules
--       follow, each as lib/rule has it; then of each submission:
--       1 now_ms, 2 comment_id, 3 thread, 4 author, 5 parent_id or '', 6 what is public, 7 what is private, 8 risk,
--       9 fingerprint or '', 10 'reader' when its reader is known, 'stranger' when he also sent it himself,
--       'unknown_stranger' when his address is not known, or '',
--       11 title or '', 12 url or '', 13 '1' when unscored, 14 member_id of who sent it or 'reader',
--       15-23 of each mode (premoderate, postmoderate, auto) verdict, listed 0|1, reasons,
--       24 rules that it meets, as lib/rule has them, 25 its row in the lists, 26 the author_id of an author who has none,
--       27 '1' where it counts that the author is trusted, 28 its signature or ''
-- gives {'ok', the next ordinal, an answer to each}, or none of these when the chunks are others, and nothing was done:
--       {'ok', comment_id, state, 'new', how far its ordinal is from the first} | {'ok', comment_id, state, 'again'}
--       | {'rate_limited', retry_after_ms}
--       | {'thread_closed'} | {'parent_unknown'} | {'idempotency_key_reused'}
--       | {'store_unavailable', why}
local totals, rate_site, rate_stranger = KEYS[4], KEYS[6], KEYS[7]
local stream = KEYS[5]
local N_SHARED_KEYS, N_ARGV = 20, 28
local N_KEYS, SAID_MS, N_RULES = tonumber(ARGV[9]), tonumber(ARGV[10]), tonumber(ARGV[11])
local N_SHARED_ARGV = 11 + N_RULES * RULE_ARGV
local rules = rules_at(12, N_RULES)
local REPEAT_MS = 600000
local mode_offsets = {premoderate = 14, postmoderate = 17, auto = 20}
local states = {publish = 'published', hold = 'held', reject = 'rejected'}
local site_mode = ARGV[1]
local reader_interval, reader_tolerance = tonumber(ARGV[2]), tonumber(ARGV[3])
local site_interval, site_tolerance = tonumber(ARGV[4]), tonumber(ARGV[5])
local stranger_interval, stranger_tolerance = tonumber(ARGV[6]), tonumber(ARGV[7])
local open_ms = tonumber(ARGV[8])

local first_ordinal = FIRST_ORDINAL + tonumber(redis.call('HGET', totals, 'ordinals') or 0)
local arrivals = arrivals_from(first_ordinal, {KEYS[8], KEYS[9]}, {KEYS[10], KEYS[11]}, {KEYS[12], KEYS[13]})
if not are_chunks_of(arrivals) then return {'ok', first_ordinal} end
roll_series(totals, KEYS[1], series_at(14), tonumber(ARGV[N_SHARED_ARGV + 1]))

-- What is the same key for all of them is written once, after the last.
local counted, by_time, by_risk, by_uncertainty, signatures = {}, {}, {}, {}, {}
local function tally(name)
  counted[name] = (counted[name] or 0) + 1
end

local function enqueue_later(comment_id, submitted_ms, risk)
  local at = #by_time
  by_time[at + 1], by_time[at + 2] = submitted_ms, comment_id
  by_risk[at + 1], by_risk[at + 2] = risk, comment_id
  by_uncertainty[at + 1], by_uncertainty[at + 2] = uncertainty_of(risk), comment_id
end

-- The newest word on the article counts, whoever gave the one before it.
local function count_thread(key, meta, state, about, title, url)
  local fields, before, told = {}, {}, {}
  local function set(field, value)
    fields[#fields + 1] = field
    fields[#fields + 1] = value
  end
  local function tell(field, value, held)
    if value == '' or value == held then return end
    set(field, value)
    if held then before[field] = shortened(held) end
    told[field] = shortened(value)
  end
  if not meta[3] then set('created_ms', about.at_ms) end
  if meta[8] == '' then set('first_ms', about.at_ms) end
  tell('title', title, meta[4])
  tell('url', url, meta[5])
  local is_changed = state == 'published' or next(told)
  local version = (meta[6] or 0) + (is_changed and 1 or 0)
  if is_changed or not meta[6] then set('version', version) end
  if #fields > 0 then redis.call('HSET', key, unpack(fields)) end
  redis.call('HINCRBY', key, state, 1)
  if next(told) then
    local of_thread = {actor = about.actor, at_ms = about.at_ms, thread = about.thread, revision = version}
    emit_thread_changed(stream, of_thread, before, told)
  end
end

-- The comment of which this one is a repeat, and what its reader may know of its state.
local function earlier_of(repeat_key, repeat_before, published)
  local earlier = read_kept(repeat_key, ' ', 'comment_id', 'state')
    or (repeat_before and read_kept(repeat_before, ' ', 'comment_id', 'state'))
  if not earlier then return nil end
  earlier = string.match(earlier, '^%S+') -- older versions kept its state behind it
  return earlier, redis.call('ZSCORE', published, earlier) and 'published' or 'held'
end

local function submit(key_at, arg_at)
  local thread_key, comments, published, thread_queue, comment_key, author_key, idempotency_key, repeat_key, rate_reader,
    said_key, list_thread, list_author, author_of_key, repeat_before, rate_before = unpack(KEYS, key_at,
    key_at + N_KEYS - 1)
  local now_ms, comment_id, thread, author, parent_id, public, private, risk, fingerprint, sender, title, url,
    is_unscored, actor = unpack(ARGV, arg_at, arg_at + 13)
  local found, row, author_id, is_trust_counted, signature = unpack(ARGV, arg_at + 23, arg_at + 27)
  local now, is_reader_known = tonumber(now_ms), sender == 'reader' or sender == 'stranger'

  local first = first_answer(idempotency_key, fingerprint)
  if first then return first end

  if is_reader_known then
    local earlier, state = earlier_of(repeat_key, repeat_before, published)
    if earlier then
      tally('repeats')
      return keep_answer(idempotency_key, fingerprint, {'ok', earlier, state, 'again'})
    end
  end

  local meta = redis.call('HMGET', thread_key, 'closed', 'mode', 'created_ms', 'title', 'url', 'version', 'closes_ms',
    'first_ms')
  local first_ms = first_ms_of(meta[8], meta[3])
  if meta[1] == '1' or is_past_closing(meta[7], first_ms, open_ms, now) then return {'thread_closed'} end

  local own_interval = is_reader_known and reader_interval or 0
  local is_stranger = sender == 'stranger' or sender == 'unknown_stranger'
  local strangers_interval = is_stranger and stranger_interval or 0
  local rate_known = rate_before and redis.call('EXISTS', rate_reader) == 0 and rate_before or rate_reader
  local reader_arrival, reader_wait = rate_arrival(rate_known, now, own_interval, reader_tolerance)
  local site_arrival, site_wait = rate_arrival(rate_site, now, site_interval, site_tolerance)
  local stranger_arrival, stranger_wait = rate_arrival(rate_stranger, now, strangers_interval, stranger_tolerance)
  local wait = math.max(reader_wait, site_wait, stranger_wait)
  if wait > 0 then
    tally('refused:rate_limited')
    return {'rate_limited', tostring(math.ceil(wait))}
  end
  rate_consume(rate_reader, now, own_interval, reader_arrival)
  rate_consume(rate_site, now, site_interval, site_arrival)
  rate_consume(rate_stranger, now, strangers_interval, stranger_arrival)

  if parent_id ~= '' and not redis.call('ZSCORE', published, parent_id) then return {'parent_unknown'} end

  local at = mode_offsets[meta[2] or ''] or mode_offsets[site_mode]
  local author_record, known = N_RULES > 0 and read_author_for_rules(author_key) or read_author(author_key), nil
  if found ~= '' or N_RULES > 0 then
    known = {author = author_record, thread = thread, now = now, first_ms = first_ms,
      said = SAID_MS > 0 and redis.call('GET', said_key) or nil}
  end
  local verdict, listed, reasons = judged(arg_at + at, author_record, now, is_trust_counted == '1', known, rules, found)
  local state = states[verdict]

  redis.call('HSET', comments, comment_id, public)
  local from_first, told = add_arrival(arrivals, row, state, verdict, reasons)
  signatures[#signatures + 1] = signature
  local ordinal = struct.pack('>I4', FIRST_ORDINAL + from_first)
  local record = {THREAD, thread, AUTHOR, author, STATE, state, REVISION, 1, SUBMITTED_MS, now_ms, RISK, risk,
    VERDICT, verdict, REASONS, reasons, PRIVATE, private, ORDINAL, from_first}
  local function add(field, value)
    record[#record + 1] = field
    record[#record + 1] = value
  end
  if parent_id ~= '' then add(PARENT_ID, parent_id) end
  if state == 'published' then
    add(PUBLISHED_MS, now_ms)
    redis.call('ZADD', published, now_ms, comment_id)
  end
  redis.call('HSET', comment_key, unpack(record))
  redis.call('APPEND', list_thread, ordinal)
  local about = {actor = actor, at_ms = now_ms, subject = comment_id, thread = thread, revision = 1, detail = told}
  emit(stream, 'submitted' .. outcome_of('', state) .. (listed == '1' and ' entered' or ''), about, '', state)
  if listed == '1' then
    redis.call('ZADD', thread_queue, now_ms, comment_id)
    enqueue_later(comment_id, now_ms, risk)
  end
  count_thread(thread_key, meta, state, about, title, url)
  local is_named = not author_record.author_id and take_author_id(author, author_of_key)
  count_author(author_key, author_record, list_author, state, now_ms, ordinal, is_named and author_id)
  tally('state:' .. state)
  tally('submitted:' .. verdict)
  if is_unscored == '1' then tally('unscored') end
  if not is_reader_known then tally('unknown_reader') end

  -- Last, so that one that could not be written is no repeat.
  if is_reader_known then redis.call('SET', repeat_key, comment_id, 'PX', REPEAT_MS) end
  if SAID_MS > 0 then redis.call('SET', said_key, now_ms .. ' ' .. thread, 'PX', SAID_MS) end
  return keep_answer(idempotency_key, fingerprint, {'ok', comment_id, state, 'new', from_first})
end

local answers = {'ok', first_ordinal}
for i = 0, (#KEYS - N_SHARED_KEYS) / N_KEYS - 1 do
  local is_done, answer = pcall(submit, N_SHARED_KEYS + 1 + i * N_KEYS, N_SHARED_ARGV + 1 + i * N_ARGV)
  answers[i + 3] = is_done and answer or {'store_unavailable', type(answer) == 'table' and answer.err or tostring(answer)}
end
if #by_time > 0 then
  redis.call('ZADD', KEYS[1], unpack(by_time))
  redis.call('ZADD', KEYS[2], unpack(by_risk))
  redis.call('ZADD', KEYS[3], unpack(by_uncertainty))
end
write_arrivals(arrivals)
write_signatures({KEYS[17], KEYS[18], KEYS[19], KEYS[20]}, first_ordinal, signatures)
counted.ordinals = arrivals.next > first_ordinal and arrivals.next - first_ordinal or nil
if next(counted) then count_all(totals, counted) end
answers[2] = arrivals.next
return answers
