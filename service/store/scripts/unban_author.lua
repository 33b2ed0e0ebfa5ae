#!lua flags=allow-oom
-- unban_author: ends the ban of an author. Without one, or when it is over by itself, nothing changes.
-- include: event author
-- KEYS  as ban_author
-- ARGV  1 now_ms, 2 author_id, 3 the author's keyed hash, 4 actor
-- gives {'ok'} | {'author_not_found'}
local key, now, author_id, actor = KEYS[1], ARGV[1], ARGV[2], ARGV[4]
if not is_author_of(KEYS[2], ARGV[3]) then return {'author_not_found'} end

local until_ms = ban_of(redis.call('HGET', key, 'banned'), tonumber(now))
if until_ms then
  redis.call('HDEL', key, 'banned')
  emit(KEYS[3], 'author_unbanned', {actor = actor, at_ms = now, subject = author_id},
    until_ms, '')
end
return {'ok'}
