#!lua
-- end_restore: the installation's record as it was backed up; what marks a restore as unfinished goes with it.
-- KEYS  installation
-- ARGV  field and value in turn
-- gives {'ok'}
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], unpack(ARGV))
return {'ok'}
