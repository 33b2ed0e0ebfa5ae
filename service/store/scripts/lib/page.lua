-- Where a page starts in a sorted set: after the member of that score, in order or in reverse order. Members of one score
-- are in the order of their bytes, so that the place is found by halving, also when all have the same score.
local function page_start(key, score, member, is_reverse)
  if member == '' then return 0 end
  local rank = is_reverse and redis.call('ZREVRANK', key, member) or redis.call('ZRANK', key, member)
  local now_at = rank and redis.call('ZSCORE', key, member)
  if rank and tonumber(now_at) == tonumber(score) then return rank + 1 end
  local range, wanted = is_reverse and 'ZREVRANGE' or 'ZRANGE', tonumber(score)
  local low, high = 0, redis.call('ZCARD', key)
  while low < high do
    local middle = math.floor((low + high) / 2)
    local there = redis.call(range, key, middle, middle, 'WITHSCORES')
    local at = tonumber(there[2])
    local is_past
    if is_reverse then is_past = at < wanted or (at == wanted and there[1] < member)
    else is_past = at > wanted or (at == wanted and there[1] > member) end
    if is_past then high = middle else low = middle + 1 end
  end
  return low
end
