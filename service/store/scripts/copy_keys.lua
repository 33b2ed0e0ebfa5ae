#!lua flags=no-writes
-- copy_keys: keys as they are now: type, lifetime and content; of those that would make the step too long the first two.
-- KEYS  keys of one site
-- ARGV  1 how many fields and members one step may read
-- gives {'ok', for each key: {type or 'none', expires_ms or -1} and, unless left out, a third: the string; fields and
--       values in turn; or members and scores in turn}
local SIZE = {hash = 'HLEN', zset = 'ZCARD'}
local left = tonumber(ARGV[1])

local function content(key, kind)
  if kind == 'string' then return redis.call('GET', key) end
  if kind == 'hash' then return redis.call('HGETALL', key) end
  return redis.call('ZRANGE', key, 0, -1, 'WITHSCORES')
end

local copies = {'ok'}
for i, key in ipairs(KEYS) do
  local kind = redis.call('TYPE', key).ok
  local copy = {kind, redis.call('PEXPIRETIME', key)}
  local size = SIZE[kind] and redis.call(SIZE[kind], key) or 0
  if (SIZE[kind] and size <= left) or kind == 'string' then
    copy[3] = content(key, kind)
    left = left - size
  end
  copies[i + 1] = copy
end
return copies
