#!lua
-- bulk_preview: what a selection held when somebody looked, kept for a while.
-- KEYS  bulk
-- ARGV  1 for how long it is kept in ms, then field and value in turn
-- gives {'ok'}
redis.call('HSET', KEYS[1], unpack(ARGV, 2))
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return {'ok'}
