#!lua flags=no-writes
-- measure_stream: what an operator watches of a stream of events.
-- include: position
-- KEYS  events, consumers, dead-letters, audit-head
-- ARGV  1 now_ms
-- gives {'ok', events in it, dead letters ever written, entries of the audit log, of each consumer {its name, how many
--       events it is behind, how many ms the first of these is old, how many it lost}}
local stream = state_of(KEYS[1])

local function measure(name)
  local position = position_of(KEYS[2], name)
  if not position then return {name, stream.length, 0, 0} end
  local first = redis.call('XRANGE', KEYS[1], '(' .. position.id, '+', 'COUNT', 1)[1]
  if not first then return {name, 0, 0, position.lost} end
  local at_ms = tonumber(string.match(first[1], '^%d+'))
  return {name, math.max(1, stream.added - position.handled), math.max(0, tonumber(ARGV[1]) - at_ms),
    position.lost + math.max(0, stream.gone - position.handled)}
end

local consumers = {}
for _, name in ipairs(redis.call('HKEYS', KEYS[2])) do consumers[#consumers + 1] = measure(name) end
local sealed = tonumber(redis.call('HGET', KEYS[4], 'count') or 0)
return {'ok', stream.length, state_of(KEYS[3]).added, sealed, consumers}
