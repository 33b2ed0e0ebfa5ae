#!lua flags=allow-oom
-- adjust_counters: corrects counters by how much they are off. As every writer changes a comment and its counters in one
-- step, that stays the same however much is written meanwhile.
-- KEYS  the record
-- ARGV  field and difference in turn
-- gives {'ok'}
for i = 1, #ARGV, 2 do
  if not string.match(redis.call('HGET', KEYS[1], ARGV[i]) or '0', '^-?%d+$') then
    redis.call('HSET', KEYS[1], ARGV[i], 0)
  end
  redis.call('HINCRBY', KEYS[1], ARGV[i], ARGV[i + 1])
end
return {'ok'}
