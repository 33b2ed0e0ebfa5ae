#!lua flags=no-writes
-- read_comment: a comment, its claim, and what its author did before.
-- include: queue count comment
-- KEYS  as decide, without the last
-- ARGV  1 now_ms, 2 comment_id
-- gives {'ok', comment, fields of the author's record} | {'comment_not_found'}
local keys = comment_keys(KEYS)
local comment_id = ARGV[2]
local record = read_record(keys)
if not next(record) then return {'comment_not_found'} end
return {'ok', reply_with(keys, comment_id, record, live_claim(keys, comment_id, tonumber(ARGV[1]))),
  redis.call('HGETALL', keys.author)}
