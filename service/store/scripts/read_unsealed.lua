#!lua flags=no-writes
-- read_unsealed: where what is to be sealed next of a stream begins, and the head of the audit log that it follows. A place
-- past the end is of another stream, which is read from its start: nothing is to be left out. The events themselves are read
-- by who asks: on their way through a script each would cost three times as much.
-- include: position
-- KEYS  events, audit-head
-- gives {'ok', the head, '' where no log is begun, its count of entries, how many events there had been until the last that
--       is sealed, how many were trimmed after that, the newest checkpoint or '', the id of that event, or '' where none came
--       after it}
local events = KEYS[1]
local head = redis.call('HMGET', KEYS[2], 'hash', 'count', 'place', 'handled', 'checkpoint')
local place, handled, lost = head[3] or '0-0', tonumber(head[4] or 0), 0

local function is_any_after(id)
  return redis.call('XRANGE', events, '(' .. id, '+', 'COUNT', 1)[1] ~= nil
end

local function is_past_end()
  local newest = redis.call('XREVRANGE', events, '+', '-', 'COUNT', 1)[1]
  return newest and is_after(place, newest[1]) and is_after(place, state_of(events).newest)
end

local is_any = is_any_after(place)
if not is_any and is_past_end() then place, is_any = '0-0', true end
if is_any or not head[1] then
  local stream = state_of(events)
  if place == '0-0' or handled > stream.added then handled = stream.gone end
  lost = math.max(0, stream.gone - handled)
end
return {'ok', head[1] or '', tonumber(head[2] or 0), handled + lost, lost, head[5] or '', is_any and place or ''}
