#!lua flags=no-writes
-- read_thread: one page of a thread's published comments, oldest publication first, unless the reader has it.
-- include: page
-- KEYS  thread, thread-comments, thread-published
-- ARGV  1 the version that the reader has, as `created_ms.version`, or '', 2 the one that this process has, or '',
--       3 limit, 4 published_ms and 5 comment_id of the last comment of the page before, or ''
-- gives {'ok', version} to a reader who has it | {'ok', version, title or '', url or '', count, comment_ids and published_ms in turn,
--       public JSONs} | {'thread_not_found'}
local meta = redis.call('HMGET', KEYS[1], 'created_ms', 'version', 'title', 'url')
if not meta[1] then return {'thread_not_found'} end
local version = meta[1] .. '.' .. meta[2]
if ARGV[1] == version or ARGV[2] == version then return {'ok', version} end
local start = page_start(KEYS[3], ARGV[4], ARGV[5], false)
local order = redis.call('ZRANGE', KEYS[3], start, start + ARGV[3] - 1, 'WITHSCORES')
local ids = {}
for i = 1, #order, 2 do ids[#ids + 1] = order[i] end
local blobs = #ids > 0 and redis.call('HMGET', KEYS[2], unpack(ids)) or {}
return {'ok', version, meta[3] or '', meta[4] or '', redis.call('ZCARD', KEYS[3]), order, blobs}
