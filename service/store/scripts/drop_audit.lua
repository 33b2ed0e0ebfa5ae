#!lua flags=allow-oom
-- drop_audit: drops the oldest segment of an audit log, if it is still that one and was signed before a time. Its checkpoint
-- stays, and the log tells of it.
-- include: event
-- KEYS  audit-head, audit-checkpoints, audit:K, events
-- ARGV  1 K, 2 the time, 3 at which byte of the checkpoints that of the segment has its own, eight bytes, 4 number of the
--       first entry after the segment, 5 now_ms
-- gives {'ok', 1 | 0 when another one is the oldest, there is none, or it is not as old}
local number, at = tonumber(ARGV[1]), tonumber(ARGV[3])
if tonumber(redis.call('HGET', KEYS[1], 'first') or 0) ~= number then return {'ok', 0} end
local signed = redis.call('GETRANGE', KEYS[2], at, at + 7)
if #signed < 8 or struct.unpack('>I8', signed) >= tonumber(ARGV[2]) then return {'ok', 0} end
redis.call('HSET', KEYS[1], 'first', string.format('%d', number + 1))
redis.call('UNLINK', KEYS[3])
local about = {actor = MACHINE, at_ms = ARGV[5], detail = '{"entries_before":' .. ARGV[4] .. '}'}
emit(KEYS[4], 'log_dropped', about, '', '')
return {'ok', 1}
