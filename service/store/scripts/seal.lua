#!lua flags=allow-oom
-- seal: adds entries to the audit log of a stream, and what they were made of is behind it, unless the head of the log is
-- another than the one that they follow: so two who seal at once cannot fork the chain. What is sealed, and handled by all
-- consumers, is trimmed from the stream, but for the newest. Goes on when Redis is out of memory: it frees the stream.
-- include: position trim
-- KEYS  events, consumers, audit-head, audit-tail, audit-checkpoints, audit:K of the segment that the tail becomes
-- ARGV  1 the head that was seen, '' for a log that is not begun, 2 the head after it, 3 count of entries, 4 id of the last
--       event that is sealed, or '' for the place as it was, 5 how many events there had been until that, 6 lines, or 7 the
--       segment that they complete, 8 a checkpoint or '', 9 how many of the newest events are kept
-- gives {'ok', 1 | 0 when the head is another one}
local events, consumers, head, tail, checkpoints, segment = unpack(KEYS)
local seen, hash, count, place, handled, lines, packed, checkpoint = unpack(ARGV)
if (redis.call('HGET', head, 'hash') or '') ~= seen then return {'ok', 0} end

if packed ~= '' then
  redis.call('SET', segment, packed)
  redis.call('DEL', tail)
  redis.call('APPEND', checkpoints, checkpoint)
elseif lines ~= '' then
  redis.call('APPEND', tail, lines)
end
if checkpoint ~= '' then redis.call('HSET', head, 'checkpoint', checkpoint) end
if place == '' then place = redis.call('HGET', head, 'place') or '0-0' end
local stream = state_of(events)
if place == stream.newest then handled = string.format('%.0f', stream.added) end -- those that were deleted count too
redis.call('HSET', head, 'hash', hash, 'count', count, 'place', place, 'handled', handled)
keep_position(consumers, AUDIT, {id = place, handled = tonumber(handled), lost = 0})
trim_handled(events, consumers, tonumber(ARGV[9]))
return {'ok', 1}
