-- One thread in the order of a view that is the whole site's. A short thread is sorted by itself; a long one is common in
-- the view, which is looked through from its start, so many members at most: no step grows with the queue.
local SHORT_THREAD = 2000
local MOST_LOOKED_AT = 10000
local CHUNK = 100

-- Ids and scores in turn, in the view's order or in reverse.
local function sorted_thread(view, thread_queue, is_reverse)
  local all = redis.call('ZINTER', 2, view, thread_queue, 'WEIGHTS', 1, 0, 'WITHSCORES')
  if not is_reverse then return all end
  local reversed = {}
  for i = #all - 1, 1, -2 do
    reversed[#reversed + 1] = all[i]
    reversed[#reversed + 1] = all[i + 1]
  end
  return reversed
end
