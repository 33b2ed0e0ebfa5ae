#!lua flags=allow-oom
-- upgrade_comment: a comment of format 1 as it is in format 2, unless it is already.
-- KEYS  comment, thread-comments
-- ARGV  1 comment_id, 2 what is public of it or '' when there is nothing, then the fields of its record and their values
-- gives {'ok'}
if redis.call('HEXISTS', KEYS[1], 'private') == 0 then return {'ok'} end
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], unpack(ARGV, 3))
if ARGV[2] ~= '' then redis.call('HSET', KEYS[2], ARGV[1], ARGV[2]) end
return {'ok'}
