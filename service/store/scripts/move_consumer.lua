#!lua flags=allow-oom
-- move_consumer: what a consumer has handled is behind it, for the process that has its lease; what it gave up is written
-- down in the same step. What all consumers have handled is trimmed, but for the newest.
-- include: position trim
-- KEYS  lease, events, consumers, dead-letters
-- ARGV  1 holder of the lease, 2 consumer, 3 id of the last event that it handled, 4 how many it handled since its last
--       move, 5 how many of the newest events are kept, then fields and values in turn of the event that it gave up
-- gives {'ok', 1 | 0 when the lease is somebody else's, or there is no such consumer}
local events, consumers, dead_letters, name, newest = KEYS[2], KEYS[3], KEYS[4], ARGV[2], tonumber(ARGV[5])
local N_SHARED_ARGV = 5
local position = redis.call('GET', KEYS[1]) == ARGV[1] and position_of(consumers, name)
if not position then return {'ok', 0} end

position.id, position.handled = ARGV[3], position.handled + tonumber(ARGV[4])
keep_position(consumers, name, position)
if #ARGV > N_SHARED_ARGV then
  redis.call('XADD', dead_letters, 'MAXLEN', '~', NEWEST_DEAD_LETTERS, '*', unpack(ARGV, N_SHARED_ARGV + 1))
end
trim_handled(events, consumers, newest)
return {'ok', 1}
