#!lua flags=allow-oom
-- ban_author: rejects an author's comments from now on, until a time. A ban that is so already is no change.
-- include: event author
-- KEYS  author, author-of, events
-- ARGV  1 now_ms, 2 author_id, 3 the author's keyed hash, 4 actor, 5 until when in ms, 6 why or ''
-- gives {'ok', fields of the author} | {'author_not_found'}
local key, now, author_id, actor, until_ms, reason = KEYS[1], ARGV[1], ARGV[2], ARGV[4], ARGV[5], ARGV[6]
if not is_author_of(KEYS[2], ARGV[3]) then return {'author_not_found'} end

local until_before, _, _, reason_before = ban_of(redis.call('HGET', key, 'banned'), tonumber(now))
if until_before ~= until_ms or reason_before ~= reason then
  redis.call('HSET', key, 'banned', until_ms .. ' ' .. now .. ' ' .. actor .. ' ' .. reason)
  emit(KEYS[3], 'author_banned', {actor = actor, at_ms = now, subject = author_id},
    until_before or '', until_ms)
end
return {'ok', redis.call('HGETALL', key)}
