#!lua flags=allow-oom
-- add_signer: writes a key that signs audit logs down, unless it is known. Goes on when Redis is out of memory: without it
-- nothing could be signed.
-- KEYS  audit-keys
-- ARGV  1 key_id, 2 the key as JSON
-- gives {'ok'}
redis.call('HSETNX', KEYS[1], ARGV[1], ARGV[2])
return {'ok'}
