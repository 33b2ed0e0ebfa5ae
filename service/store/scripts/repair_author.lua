#!lua flags=allow-oom
-- repair_author: puts right where an author_id leads. It is taken away from whoever has no right to it: an author who loses
-- his gets another one when he is next asked for.
-- KEYS  author, author-of of the author_id
-- ARGV  1 the author's keyed hash, 2 author_id
-- gives {'ok'}
local leads_to, has = redis.call('GET', KEYS[2]), redis.call('HGET', KEYS[1], 'author_id')
if has ~= ARGV[2] then
  if leads_to == ARGV[1] then redis.call('DEL', KEYS[2]) end
elseif not leads_to then
  redis.call('SET', KEYS[2], ARGV[1])
elseif leads_to ~= ARGV[1] then
  redis.call('HDEL', KEYS[1], 'author_id')
end
return {'ok'}
