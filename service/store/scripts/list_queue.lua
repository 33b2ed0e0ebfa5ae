#!lua flags=no-writes
-- list_queue: one page of the queue in one of its orders, of the site or of one thread.
-- include: page
-- KEYS  the view in whose order to list, queue, thread-queue
-- ARGV  1 '1' for the highest first, 2 '1' for one thread only, 3 limit, 4 score and 5 comment_id of the last comment of
--       the page before, or ''
-- gives {'ok', total, submitted_ms of the oldest or '', comment_ids and scores in turn}
local view, is_reverse, limit = KEYS[1], ARGV[1] == '1', tonumber(ARGV[3])
local within = ARGV[2] == '1' and KEYS[3] or KEYS[2]
local oldest = redis.call('ZRANGE', within, 0, 0, 'WITHSCORES')
local order
if ARGV[2] == '1' and view ~= KEYS[3] then
  order = {}
  local all = redis.call('ZINTER', 2, view, KEYS[3], 'WEIGHTS', 1, 0, 'WITHSCORES')
  local first, last, step = 1, #all - 1, 2
  if is_reverse then first, last, step = #all - 1, 1, -2 end
  local is_after = ARGV[5] == ''
  local from = tonumber(ARGV[4])
  for i = first, last, step do
    local score = tonumber(all[i + 1])
    if not is_after then
      if is_reverse then is_after = score < from or (score == from and all[i] < ARGV[5])
      else is_after = score > from or (score == from and all[i] > ARGV[5]) end
    end
    if is_after then
      order[#order + 1] = all[i]
      order[#order + 1] = all[i + 1]
      if #order >= 2 * limit then break end
    end
  end
else
  local start = page_start(view, ARGV[4], ARGV[5], is_reverse)
  order = redis.call(is_reverse and 'ZREVRANGE' or 'ZRANGE', view, start, start + limit - 1, 'WITHSCORES')
end
return {'ok', redis.call('ZCARD', within), oldest[2] or '', order}
