#!lua flags=allow-oom
-- untrust_author: takes the trust in an author back. Where there is none nothing changes.
-- include: event author
-- KEYS  as ban_author
-- ARGV  1 now_ms, 2 author_id, 3 the author's keyed hash, 4 actor
-- gives {'ok'} | {'author_not_found'}
local key, now, author_id, actor = KEYS[1], ARGV[1], ARGV[2], ARGV[4]
if not is_author_of(KEYS[2], ARGV[3]) then return {'author_not_found'} end

if redis.call('HDEL', key, 'trusted') == 1 then
  emit(KEYS[3], 'author_untrusted', {actor = actor, at_ms = now, subject = author_id},
    'trusted', '')
end
return {'ok'}
