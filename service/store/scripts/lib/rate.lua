-- GCRA, the generic cell rate algorithm (ATM Forum TM 4.0, 1996): one timestamp a limit, in whole microseconds, since
-- fractions would round, and let one more or one fewer through. Given times are in ms; an interval of 0 is no limit. A
-- timestamp further ahead than the limit can make it is from a clock that has since been set back, and is forgotten.
local function microseconds(ms)
  return math.floor(ms * 1000 + 0.5)
end

local function rate_arrival(key, now_ms, interval_ms, tolerance_ms)
  if interval_ms == 0 then return 0, 0 end
  local now, interval, tolerance = microseconds(now_ms), microseconds(interval_ms), microseconds(tolerance_ms)
  local arrival = tonumber(redis.call('GET', key) or now)
  if arrival < now or arrival > now + tolerance + interval then arrival = now end
  return arrival, math.max(0, arrival - tolerance - now) / 1000
end

local function rate_consume(key, now_ms, interval_ms, arrival)
  if interval_ms == 0 then return end
  local next_arrival = arrival + microseconds(interval_ms)
  redis.call('SET', key, string.format('%.0f', next_arrival), 'PX', math.ceil(next_arrival / 1000 - now_ms))
end
