#!lua
-- probe: writes as much as the largest comment, and takes it away again: what cannot be put on disk is found out.
-- KEYS  probe
-- ARGV  1 what is written
-- gives {'ok'}
redis.call('SET', KEYS[1], ARGV[1])
redis.call('DEL', KEYS[1])
return {'ok'}
