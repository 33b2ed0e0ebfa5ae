#!lua flags=no-writes
-- read_series: the rows of a site's minutes or hours, and what makes the one under way.
-- include: series
-- KEYS  series or series-hours, series-base, totals, queue
-- ARGV  1 'minutes' or 'hours'
-- gives {'ok', rows, the minute under way or '', names of counters, their values now and at the last row, each with spaces
--       between, how many await a decision, submitted_ms of the oldest or ''}
local rows = {}
for i, entry in ipairs(redis.call('XRANGE', KEYS[1], '-', '+')) do rows[i] = entry[2][2] end
local base = redis.call('HMGET', KEYS[2], 'minute', 'names', ARGV[1])
local names, values = counters_of(KEYS[3], words_of(base[2] or ''))
local oldest = redis.call('ZRANGE', KEYS[4], 0, 0, 'WITHSCORES')
return {'ok', rows, base[1] or '', table.concat(names, ' '), table.concat(values, ' '), base[3] or '',
  redis.call('ZCARD', KEYS[4]), oldest[2] or ''}
