#!lua flags=allow-oom
-- release_all: hands all claims of a moderator back.
-- include: queue
-- KEYS  claims, claim-holders
-- ARGV  1 token_id
-- gives {'ok', how many}
local all = redis.call('HGETALL', KEYS[2])
local released = 0
for i = 1, #all, 2 do
  if is_held_by(all[i + 1], ARGV[1]) then
    redis.call('ZREM', KEYS[1], all[i])
    redis.call('HDEL', KEYS[2], all[i])
    released = released + 1
  end
end
return {'ok', released}
