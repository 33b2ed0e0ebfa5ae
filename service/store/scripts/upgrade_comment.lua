#!lua flags=allow-oom
-- upgrade_comment: a comment of format 1 as it is in format 2, unless it is already.
-- KEYS  comment, thread-comments
-- ARGV  1 comment_id, 2 the revision that was read, 3 what is public of it or '' when there is nothing, then the fields of
--       its record and their values
-- gives {'ok', 1 | 0 when somebody changed it after it was read}
if redis.call('HEXISTS', KEYS[1], 'private') == 0 then return {'ok', 1} end
if (redis.call('HGET', KEYS[1], 'revision') or '') ~= ARGV[2] then return {'ok', 0} end
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], unpack(ARGV, 4))
if ARGV[3] ~= '' then redis.call('HSET', KEYS[2], ARGV[1], ARGV[3]) end
return {'ok', 1}
