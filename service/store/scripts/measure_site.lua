#!lua flags=no-writes
-- measure_site: what an operator watches of a site.
-- include: queue
-- KEYS  totals, queue, claims
-- ARGV  1 now_ms
-- gives {'ok', fields of the totals, depth, submitted_ms of the oldest or '', claims open}
local oldest = redis.call('ZRANGE', KEYS[2], 0, 0, 'WITHSCORES')
return {'ok', redis.call('HGETALL', KEYS[1]), redis.call('ZCARD', KEYS[2]), oldest[2] or '',
  redis.call('ZCOUNT', KEYS[3], '(' .. ARGV[1], string.format('%.0f', tonumber(ARGV[1]) + LONGEST_LEASE_MS))}
