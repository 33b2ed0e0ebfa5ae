#!lua
-- bulk_preview: what a selection held when somebody looked, kept for a while. What was started stays as it was.
-- KEYS  bulk
-- ARGV  1 for how long it is kept in ms, then field and value in turn
-- gives {'ok'}
if redis.call('HEXISTS', KEYS[1], 'decision') == 1 then return {'ok'} end
redis.call('HSET', KEYS[1], unpack(ARGV, 2))
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return {'ok'}
