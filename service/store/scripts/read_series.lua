#!lua flags=no-writes
-- read_series: what makes the row of the minute or hour under way; the rows before it are read by themselves, as that takes
-- longer.
-- include: series
-- KEYS  series-base, totals, queue
-- ARGV  1 'minutes' or 'hours'
-- gives {'ok', the minute under way or '', names of counters, their values now and at the last row, each with spaces between,
--       how many await a decision, submitted_ms of the oldest or ''}
local base = redis.call('HMGET', KEYS[1], 'minute', 'names', ARGV[1])
local names, values = counters_of(KEYS[2], words_of(base[2] or ''))
local oldest = redis.call('ZRANGE', KEYS[3], 0, 0, 'WITHSCORES')
return {'ok', base[1] or '', table.concat(names, ' '), table.concat(values, ' '), base[3] or '',
  redis.call('ZCARD', KEYS[3]), oldest[2] or ''}
