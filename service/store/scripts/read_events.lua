#!lua flags=allow-oom
-- read_events: the next events of a consumer, for the process that has its lease. What was trimmed before it came to it is
-- counted as lost. A position past the end is of another stream, as after a restore: it begins anew, as events may be
-- handled twice and none is to be left out.
-- include: position
-- KEYS  lease, events, consumers
-- ARGV  1 holder of the lease, 2 consumer, 3 limit
-- gives {'ok', events, each {id, fields and values in turn}} | {'ok'} when the lease is somebody else's, or there is no
--       such consumer
local events, consumers, name = KEYS[2], KEYS[3], ARGV[2]
local position = redis.call('GET', KEYS[1]) == ARGV[1] and position_of(consumers, name)
if not position then return {'ok'} end

local stream = state_of(events)
local is_other_stream = is_after(position.id, stream.newest)
if is_other_stream then position.id = '0-0' end
if is_other_stream or position.handled > stream.added then position.handled = stream.gone end
if position.handled < stream.gone then
  position.lost = position.lost + stream.gone - position.handled
  position.handled = stream.gone
end

local found = redis.call('XRANGE', events, '(' .. position.id, '+', 'COUNT', ARGV[3])
if #found == 0 then position.handled = stream.added end
keep_position(consumers, name, position)
return {'ok', found}
