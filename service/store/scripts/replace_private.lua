#!lua flags=allow-oom
-- replace_private: what is private of a comment, in the place of what it was.
-- KEYS  comment
-- ARGV  1 what it was, 2 what it is now
-- gives {'ok', 1 | 0 when it was something else}
if redis.call('HGET', KEYS[1], PRIVATE) ~= ARGV[1] then return {'ok', 0} end
redis.call('HSET', KEYS[1], PRIVATE, ARGV[2])
return {'ok', 1}
