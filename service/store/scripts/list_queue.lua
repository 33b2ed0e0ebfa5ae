#!lua flags=no-writes
-- list_queue: one page of the queue in one of its orders, of the site or of one thread.
-- include: page thread_view
-- KEYS  the view in whose order to list, queue, thread-queue
-- ARGV  1 '1' for the highest first, 2 '1' for one thread only, 3 limit, 4 score and 5 comment_id of the last comment that
--       the page before looked at, or ''
-- gives {'ok', total, submitted_ms of the oldest or '', comment_ids, {score, comment_id} of the last one looked at | {}
--       at the end}. Of a long thread a page may hold fewer than its limit, and none, though another follows.
local view, is_reverse, limit = KEYS[1], ARGV[1] == '1', tonumber(ARGV[3])
local after_score, after_id = ARGV[4], ARGV[5]
local within = ARGV[2] == '1' and KEYS[3] or KEYS[2]
local is_other_order = ARGV[2] == '1' and view ~= KEYS[3]
local range = is_reverse and 'ZREVRANGE' or 'ZRANGE'

local function is_after(comment_id, score)
  if after_id == '' then return true end
  local at, from = tonumber(score), tonumber(after_score)
  if is_reverse then return at < from or (at == from and comment_id < after_id) end
  return at > from or (at == from and comment_id > after_id)
end

local function page_of(ordered)
  local ids = {}
  for i = 1, #ordered, 2 do
    if is_after(ordered[i], ordered[i + 1]) then
      if #ids == limit then return ids, {ordered[i - 1], ordered[i - 2]} end
      ids[#ids + 1] = ordered[i]
    end
  end
  return ids, {}
end

local function page_of_long_thread()
  local ids, start = {}, page_start(view, after_score, after_id, is_reverse)
  local last = {}
  for at = start, start + MOST_LOOKED_AT - CHUNK, CHUNK do
    local chunk = redis.call(range, view, at, at + CHUNK - 1, 'WITHSCORES')
    if #chunk == 0 then return ids, {} end
    local members = {}
    for i = 1, #chunk, 2 do members[#members + 1] = chunk[i] end
    for i, of_thread in ipairs(redis.call('ZMSCORE', KEYS[3], unpack(members))) do
      if #ids == limit then return ids, last end
      if of_thread then ids[#ids + 1] = members[i] end
      last = {chunk[2 * i], chunk[2 * i - 1]}
    end
  end
  return ids, last
end

local ids, last
if not is_other_order then
  local start = page_start(view, after_score, after_id, is_reverse)
  local page = redis.call(range, view, start, start + limit, 'WITHSCORES')
  ids, last = {}, {}
  for i = 1, math.min(#page, 2 * limit), 2 do ids[#ids + 1] = page[i] end
  if #page > 2 * limit then last = {page[2 * limit], page[2 * limit - 1]} end
elseif redis.call('ZCARD', KEYS[3]) <= SHORT_THREAD then
  ids, last = page_of(sorted_thread(view, KEYS[3], is_reverse))
else
  ids, last = page_of_long_thread()
end
local oldest = redis.call('ZRANGE', within, 0, 0, 'WITHSCORES')
return {'ok', redis.call('ZCARD', within), oldest[2] or '', ids, last}
