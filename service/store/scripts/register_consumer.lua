#!lua flags=allow-oom
-- register_consumer: begins to keep a consumer's position, unless it has one.
-- include: position
-- KEYS  events, consumers
-- ARGV  1 consumer, 2 'oldest' to begin with what is there, 'newest' with what comes
-- gives {'ok', 1 | 0 when it has one}
if position_of(KEYS[2], ARGV[1]) then return {'ok', 0} end
local stream = state_of(KEYS[1])
local position = {id = '0-0', handled = stream.gone, lost = 0}
if ARGV[2] == 'newest' then position.id, position.handled = stream.newest, stream.added end
keep_position(KEYS[2], ARGV[1], position)
return {'ok', 1}
