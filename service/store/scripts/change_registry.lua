#!lua
-- change_registry: writes one member of the sites or tokens, and tells every process to read them again.
-- include: idempotency
-- KEYS  sites or tokens, changes, idempotency
-- ARGV  1 'create' | 'replace' | 'remove', 2 member, 3 JSON, 4 fingerprint or '', 5 the answer to keep or '',
--       6 the JSON that is replaced
-- gives {'ok', answer} | {'exists'} | {'absent'} | {'changed'} | {'idempotency_key_reused'}
local first = first_answer(KEYS[3], ARGV[4])
if first then return first end
local held = redis.call('HGET', KEYS[1], ARGV[2])
if ARGV[1] == 'create' and held then return {'exists'} end
if ARGV[1] ~= 'create' and not held then return {'absent'} end
if ARGV[1] == 'replace' and held ~= ARGV[6] then return {'changed'} end
if ARGV[1] == 'remove' then redis.call('HDEL', KEYS[1], ARGV[2]) else redis.call('HSET', KEYS[1], ARGV[2], ARGV[3]) end
redis.call('XADD', KEYS[2], 'MAXLEN', '~', 1000, '*', 'member', ARGV[2])
return keep_answer(KEYS[3], ARGV[4], {'ok', ARGV[5]})
