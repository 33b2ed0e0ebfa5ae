#!lua flags=no-writes
-- read_thread: one page of a thread's published comments, oldest publication first, unless this process has it. A thread
-- of which nothing was ever to be seen is as one that does not exist.
-- include: page
-- KEYS  thread, thread-comments, thread-published
-- ARGV  1 the version that this process has, as `created_ms.version` or '0', or '', 2 limit, 3 published_ms and
--       4 comment_id of the last comment of the page before, or ''
-- gives {'ok', version} for a version that this process has | {'ok', version, title or '', url or '', count, comment_ids and
--       published_ms in turn, public JSONs}
local meta = redis.call('HMGET', KEYS[1], 'created_ms', 'version', 'title', 'url')
local version = (meta[2] or '0') == '0' and '0' or meta[1] .. '.' .. meta[2]
if ARGV[1] == version then return {'ok', version} end
local start = page_start(KEYS[3], ARGV[3], ARGV[4], false)
local order = redis.call('ZRANGE', KEYS[3], start, start + ARGV[2] - 1, 'WITHSCORES')
local ids = {}
for i = 1, #order, 2 do ids[#ids + 1] = order[i] end
local blobs = #ids > 0 and redis.call('HMGET', KEYS[2], unpack(ids)) or {}
return {'ok', version, meta[3] or '', meta[4] or '', redis.call('ZCARD', KEYS[3]), order, blobs}
