-- Many counters of one record, each by as much as it is to grow: two calls instead of one each.
local function count_all(key, by)
  local names, changes = {}, {}
  for name in pairs(by) do names[#names + 1] = name end
  for i, value in ipairs(redis.call('HMGET', key, unpack(names))) do
    changes[2 * i - 1] = names[i]
    changes[2 * i] = string.format('%.0f', (tonumber(value or 0) or 0) + by[names[i]])
  end
  redis.call('HSET', key, unpack(changes))
end
