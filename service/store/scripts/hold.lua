#!lua flags=allow-oom
-- hold: takes a lease or keeps it, or hands it back.
-- KEYS  the lease
-- ARGV  1 who, 2 for how long in ms; 0 hands it back
-- gives {'ok', 1 | 0 when somebody else has it}
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return {'ok', 0} end
if ARGV[2] == '0' then
  redis.call('DEL', KEYS[1])
else
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
end
return {'ok', 1}
