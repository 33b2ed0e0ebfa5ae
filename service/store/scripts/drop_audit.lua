#!lua flags=allow-oom
-- drop_audit: drops the oldest segment of an audit log, if it is still that one. Its checkpoint stays, and the log tells of
-- it.
-- include: event
-- KEYS  audit-head, audit:K, events, consumers
-- ARGV  1 number of the segment, 2 number of the first entry after it, 3 now_ms
-- gives {'ok', 1 | 0 when another one is the oldest}
local number = tonumber(ARGV[1])
if tonumber(redis.call('HGET', KEYS[1], 'first') or 0) ~= number then return {'ok', 0} end
redis.call('HSET', KEYS[1], 'first', string.format('%d', number + 1))
redis.call('UNLINK', KEYS[2])
local about = {actor = MACHINE, at_ms = ARGV[3], detail = '{"entries_before":' .. ARGV[2] .. '}'}
emit(stream_of(KEYS[3], KEYS[4], NEWEST_EVENTS), 'log_dropped', about, '', '')
return {'ok', 1}
