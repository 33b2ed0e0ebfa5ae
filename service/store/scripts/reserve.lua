#!lua flags=allow-oom
-- reserve: binds an Idempotency-Key to its first body, for a request whose parts are answered one by one.
-- include: idempotency
-- KEYS  idempotency
-- ARGV  1 fingerprint
-- gives {'ok'} | {'idempotency_key_reused'}
return first_answer(KEYS[1], ARGV[1]) or keep_answer(KEYS[1], ARGV[1], {'ok'})
