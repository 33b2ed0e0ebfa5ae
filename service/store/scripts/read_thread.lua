#!lua flags=no-writes
-- read_thread: one page of a thread's published comments, unless this process has it. A thread of which nothing was ever to
-- be seen is as one that does not exist.
-- include: page publications closing
-- KEYS  thread, thread-comments, thread-published, thread-published-later
-- ARGV  1 the version that this process has, as `created_ms.version` or '0', with a `c` behind it from its
--       closing time on, or '', 2 order: 'oldest' | 'newest' |
--       'published', 3 limit, 4 score and 5 comment_id of where the page before ended, or '', 6 now_ms,
--       7 for how long threads are open in ms or 0
-- gives {'ok', version} for a version that this process has | {'ok', version, title or '', url or '', '1' when closed, count,
--       comment_ids, submitted_ms, published_ms, public JSONs, score and comment_id of where the next page begins, or ''}.
--       By publication a page may hold fewer than its limit, and none, though another follows.
local meta = redis.call('HMGET', KEYS[1], 'created_ms', 'version', 'title', 'url', 'closed', 'closes_ms', 'first_ms')
local version = (meta[2] or '0') == '0' and '0' or meta[1] .. '.' .. meta[2]
local is_past = is_past_closing(meta[6], first_ms_of(meta[7], meta[1]), tonumber(ARGV[7]), tonumber(ARGV[6]))
if is_past then version = version .. 'c' end
if ARGV[1] == version then return {'ok', version} end

local published, later, order, limit = KEYS[3], KEYS[4], ARGV[2], tonumber(ARGV[3])
local ids, last = {}, {'', ''}
if order == 'published' then
  ids, last = by_publication(published, later, limit, ARGV[4], ARGV[5])
else
  ids, last = by_writing(published, limit, {score = ARGV[4], comment_id = ARGV[5], is_reverse = order == 'newest'})
end
local submitted, republished, blobs = {}, {}, {}
if #ids > 0 then
  submitted = redis.call('ZMSCORE', published, unpack(ids))
  republished = redis.call('ZMSCORE', later, unpack(ids))
  blobs = redis.call('HMGET', KEYS[2], unpack(ids))
end
for i = 1, #ids do republished[i] = republished[i] or submitted[i] end
return {'ok', version, meta[3] or '', meta[4] or '', is_past and '1' or meta[5] or '', redis.call('ZCARD', published), ids, submitted,
  republished, blobs, last[1], last[2]}
