-- How far a consumer has come in a stream: the id of the last event that it handled, how many events there had been until
-- then, and how many it lost because they were trimmed before it came to them.
local function position_of(consumers, name)
  local id, handled, lost = string.match(redis.call('HGET', consumers, name) or '', '^(%d+%-%d+) (%d+) (%d+)$')
  return id and {id = id, handled = tonumber(handled), lost = tonumber(lost)} or nil
end

local function keep_position(consumers, name, position)
  redis.call('HSET', consumers, name,
    string.format('%s %.0f %.0f', position.id, position.handled, position.lost))
end

-- How many events the stream has, how many there ever were and how many of these are gone, and the id of the newest.
local function state_of(events)
  if redis.call('EXISTS', events) == 0 then return {length = 0, added = 0, gone = 0, newest = '0-0'} end
  local flat, about = redis.call('XINFO', 'STREAM', events), {}
  for i = 1, #flat, 2 do about[flat[i]] = flat[i + 1] end
  local added = about['entries-added']
  return {length = about.length, added = added, gone = added - about.length, newest = about['last-generated-id']}
end

local function is_after(id, other)
  local ms, number = string.match(id, '^(%d+)%-(%d+)$')
  local other_ms, other_number = string.match(other, '^(%d+)%-(%d+)$')
  ms, other_ms = tonumber(ms), tonumber(other_ms)
  return ms > other_ms or (ms == other_ms and tonumber(number) > tonumber(other_number))
end
