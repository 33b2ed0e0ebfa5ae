-- What every consumer of a stream has handled is trimmed, but for the newest. The audit log is one of them: what is not
-- sealed stays, and all of it where the log has not begun. Stands on position.
local function most_behind(consumers, stream)
  local most = 0
  for _, name in ipairs(redis.call('HKEYS', consumers)) do
    local at = position_of(consumers, name)
    -- All, where it cannot be told.
    local is_known = at and at.handled <= stream.added and not is_after(at.id, stream.newest)
    most = math.max(most, is_known and stream.added - at.handled or stream.length)
  end
  return most
end

local function trim_handled(events, consumers, newest)
  local stream = state_of(events)
  if stream.length <= newest or not position_of(consumers, AUDIT) then return end
  redis.call('XTRIM', events, 'MAXLEN', '~', string.format('%.0f', math.max(newest, most_behind(consumers, stream))))
end
