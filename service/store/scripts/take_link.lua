#!lua flags=allow-oom
-- take_link: uses a one-time link, which works once.
-- KEYS  sign-in-link
-- ARGV  1 for how long it is known that it was used, ms
-- gives {'ok', what the link says, 'used' for one that was used before, or '' for one that is not known}
local held = redis.call('GET', KEYS[1])
if not held then return {'ok', ''} end
redis.call('SET', KEYS[1], 'used', 'PX', ARGV[1])
return {'ok', held}
