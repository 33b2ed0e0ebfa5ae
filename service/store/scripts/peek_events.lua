#!lua flags=no-writes
-- peek_events: whether a consumer has something to do.
-- include: position
-- KEYS  events, consumers
-- ARGV  1 consumer
-- gives {'ok', 'new' when it has no position | 'behind' | 'done'}
local position = position_of(KEYS[2], ARGV[1])
if not position then return {'ok', 'new'} end
local newest = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
if not newest then return {'ok', 'done'} end
local is_past_end = is_after(position.id, newest[1]) and is_after(position.id, state_of(KEYS[1]).newest)
return {'ok', (is_past_end or is_after(newest[1], position.id)) and 'behind' or 'done'}
