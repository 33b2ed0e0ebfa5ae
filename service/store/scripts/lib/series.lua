-- Series: what the counters of a site grew by, a row a minute and a row an hour. The first write of another minute puts the
-- row of the one before, which is over as nothing was counted since: a minute without an act has none, and costs nothing.
-- `base` has the minute under way, the names of counters in the order in which they came up, by whose places rows name
-- them, and what each was at the last row of a minute and of an hour.
local MINUTE_MS, MINUTES_KEPT, HOURS_KEPT = 60000, 1440, 2160
-- A clock that is set back by less makes the minute under way a longer one, so that two that differ do not take turns.
local MOST_MINUTES_BACK = 60
local IN_SERIES = {submitted = true, decided = true, undone = true, repeats = true, unscored = true, refused = true,
  age_in = true, age_count = true, age_sum_ms = true, by = true, stands = true, fell = true}

local function series_at(at)
  return {minutes = KEYS[at], hours = KEYS[at + 1], base = KEYS[at + 2]}
end

-- Base 128, the lowest first; all but the last byte have their highest bit set.
local function varint(number)
  local bytes = ''
  while number >= 128 do
    bytes = bytes .. string.char(128 + number % 128)
    number = math.floor(number / 128)
  end
  return bytes .. string.char(number)
end

local function words_of(text)
  local words = {}
  for word in string.gmatch(text, '%S+') do words[#words + 1] = word end
  return words
end

-- The names of counters, with those of the totals that are new behind them, and the value of each.
local function counters_of(totals, names)
  local flat, values, is_known = redis.call('HGETALL', totals), {}, {}
  for _, name in ipairs(names) do is_known[name] = true end
  for i = 1, #flat, 2 do
    local name = flat[i]
    values[name] = tonumber(flat[i + 1]) or 0
    if not is_known[name] and IN_SERIES[string.match(name, '^[^:]*')] and not string.find(name, '%s') then
      names[#names + 1] = name
    end
  end
  local ordered = {}
  for i, name in ipairs(names) do ordered[i] = string.format('%.0f', values[name] or 0) end
  return names, ordered
end

-- When, how many await a decision, the age of the oldest in seconds and one more, or 0, and the place and growth of each
-- counter that grew; nil when none did. A counter that shrank was put right or restored: it counts from there on.
local function row_of(time, queue, ends_ms, values, before)
  local grown = {}
  for i, value in ipairs(values) do
    local by = tonumber(value) - (tonumber(before[i]) or 0)
    if by > 0 then grown[#grown + 1] = varint(i - 1) .. varint(by) end
  end
  if #grown == 0 then return nil end
  local oldest = redis.call('ZRANGE', queue, 0, 0, 'WITHSCORES')[2]
  local age = oldest and 1 + math.max(0, math.floor((ends_ms - tonumber(oldest)) / 1000)) or 0
  return varint(time) .. varint(redis.call('ZCARD', queue)) .. varint(age) .. table.concat(grown)
end

local function add_row(series_key, kept, row)
  if row then redis.call('XADD', series_key, 'MAXLEN', kept, '*', 'r', row) end
end

local function roll(totals, queue, series, now)
  local minute = math.floor(now / MINUTE_MS)
  local known = tonumber(redis.call('HGET', series.base, 'minute') or nil)
  if known and minute <= known and minute > known - MOST_MINUTES_BACK then return end
  local base = redis.call('HMGET', series.base, 'names', 'minutes', 'hours')
  local names, values = counters_of(totals, words_of(base[1] or ''))
  local changes = {'minute', minute, 'names', table.concat(names, ' '), 'minutes', table.concat(values, ' ')}
  local hour = known and math.floor(known / 60)
  local is_hour_over = hour ~= math.floor(minute / 60)
  if is_hour_over then
    changes[7], changes[8] = 'hours', changes[6]
  end
  redis.call('HSET', series.base, unpack(changes))
  if not known then return end
  local ends_ms = (known + 1) * MINUTE_MS
  add_row(series.minutes, MINUTES_KEPT, row_of(known, queue, ends_ms, values, words_of(base[2] or '')))
  if is_hour_over then add_row(series.hours, HOURS_KEPT, row_of(hour, queue, ends_ms, values, words_of(base[3] or ''))) end
end

-- Before anything of a write is done that counts. Series that cannot be written keep no comment out.
local function roll_series(totals, queue, series, now)
  pcall(roll, totals, queue, series, now)
end
