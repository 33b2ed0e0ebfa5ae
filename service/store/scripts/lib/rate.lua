-- GCRA, the generic cell rate algorithm (ATM Forum TM 4.0, 1996): one timestamp a limit. All times in ms; an
-- interval of 0 is no limit. A timestamp further ahead than the limit can make it is from a clock that has since
-- been set back, and is forgotten.
local function rate_arrival(key, now, interval, tolerance)
  if interval == 0 then return now, 0 end
  local arrival = tonumber(redis.call('GET', key) or now)
  if arrival < now or arrival > now + tolerance + interval then arrival = now end
  return arrival, math.max(0, arrival - tolerance - now)
end

local function rate_consume(key, now, interval, arrival)
  if interval == 0 then return end
  local next_arrival = arrival + interval
  redis.call('SET', key, string.format('%.3f', next_arrival), 'PX', math.ceil(next_arrival - now))
end
