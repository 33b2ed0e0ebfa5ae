#!lua flags=allow-oom
-- trust_author: publishes an author's comments from now on where nothing speaks against it. Again it is no change.
-- include: event author
-- KEYS  as ban_author
-- ARGV  1 now_ms, 2 author_id, 3 the author's keyed hash, 4 actor
-- gives {'ok', fields of the author} | {'author_not_found'}
local key, now, author_id, actor = KEYS[1], ARGV[1], ARGV[2], ARGV[4]
if not is_author_of(KEYS[2], ARGV[3]) then return {'author_not_found'} end

if redis.call('HSETNX', key, 'trusted', now .. ' ' .. actor) == 1 then
  emit(KEYS[3], 'author_trusted', {actor = actor, at_ms = now, subject = author_id},
    '', 'trusted')
end
return {'ok', redis.call('HGETALL', key)}
