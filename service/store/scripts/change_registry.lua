#!lua
-- change_registry: writes one member of the sites or tokens, and tells every process to read them again by its event.
-- include: idempotency event
-- KEYS  sites or tokens, changes, idempotency
-- ARGV  1 'create' | 'replace' | 'remove', 2 member, 3 JSON, 4 fingerprint or '', 5 the answer to keep or '',
--       6 the JSON that is replaced or '', then the event: 7 kind, 8 actor, 9 now_ms, 10 before, 11 after
-- gives {'ok', answer} | {'exists'} | {'absent'} | {'changed'} | {'idempotency_key_reused'}
local key, idempotency = KEYS[1], KEYS[3]
local action, member, record, fingerprint, answer, replaced = unpack(ARGV, 1, 6)
local kind, actor, now, before, after = unpack(ARGV, 7, 11)

local first = first_answer(idempotency, fingerprint)
if first then return first end
local held = redis.call('HGET', key, member)
if action == 'create' and held then return {'exists'} end
if action ~= 'create' and not held then return {'absent'} end
if action == 'replace' and held ~= replaced then return {'changed'} end
if action == 'remove' then redis.call('HDEL', key, member) else redis.call('HSET', key, member, record) end
emit(KEYS[2], kind, {actor = actor, at_ms = now, subject = member}, before, after)
return keep_answer(idempotency, fingerprint, {'ok', answer})
