-- Where a page starts in a sorted set: after the member of that score, in order or in reverse order.
local function page_start(key, score, member, is_reverse)
  if member == '' then return 0 end
  local rank = is_reverse and redis.call('ZREVRANK', key, member) or redis.call('ZRANK', key, member)
  local now_at = rank and redis.call('ZSCORE', key, member)
  if rank and tonumber(now_at) == tonumber(score) then return rank + 1 end
  local start
  if is_reverse then start = redis.call('ZCOUNT', key, '(' .. score, '+inf')
  else start = redis.call('ZCOUNT', key, '-inf', '(' .. score) end
  for _, tied in ipairs(redis.call('ZRANGE', key, score, score, 'BYSCORE')) do
    if (is_reverse and tied > member) or (not is_reverse and tied < member) then start = start + 1 end
  end
  return start
end
