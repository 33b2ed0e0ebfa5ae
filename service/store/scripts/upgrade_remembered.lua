#!lua flags=allow-oom
-- upgrade_remembered: what was a hash of two fields until format 1 as a string, its time unchanged.
-- include: idempotency
-- KEYS  an exact repeat or the answer to an Idempotency-Key
-- ARGV  1 what stands between the values, 2-3 the fields
-- gives {'ok'}
if redis.call('TYPE', KEYS[1]).ok == 'hash' then join_fields(KEYS[1], ARGV[1], ARGV[2], ARGV[3]) end
return {'ok'}
