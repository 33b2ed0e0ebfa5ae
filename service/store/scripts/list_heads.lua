#!lua flags=no-writes
-- list_heads: where the queue of a site goes on behind a place in one of its orders, for the queue of several sites.
-- include: page
-- KEYS  the view in whose order to list, queue
-- ARGV  1 '1' for the highest first, 2 how many, 3 score and 4 comment_id of the place, which may be another site's, or ''
-- gives {'ok', total, submitted_ms of the oldest or '', comment_ids and scores in turn}
local view, is_reverse, limit = KEYS[1], ARGV[1] == '1', tonumber(ARGV[2])
local start = page_start(view, ARGV[3], ARGV[4], is_reverse)
local heads = {} -- of none: a range that ends at -1 would be the whole queue
if limit > 0 then
  heads = redis.call(is_reverse and 'ZREVRANGE' or 'ZRANGE', view, start, start + limit - 1, 'WITHSCORES')
end
local oldest = redis.call('ZRANGE', KEYS[2], 0, 0, 'WITHSCORES')
return {'ok', redis.call('ZCARD', KEYS[2]), oldest[2] or '', heads}
