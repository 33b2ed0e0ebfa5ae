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

-- So many actors have a counter of their own; the decisions of others are counted under none.
local MOST_ACTORS = 200

-- The counter of an actor's decisions.
local function counter_of_actor(totals, actor)
  local name = 'by:' .. actor
  if redis.call('HEXISTS', totals, name) == 1 then return name end
  if (tonumber(redis.call('HGET', totals, 'actors') or 0) or 0) >= MOST_ACTORS then return 'by:' end
  redis.call('HINCRBY', totals, 'actors', 1)
  return name
end
