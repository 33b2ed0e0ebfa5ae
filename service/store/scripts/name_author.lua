#!lua flags=allow-oom
-- name_author: gives an author that an older version wrote his author_id. Of two at once both get the same.
-- include: author
-- KEYS  author, author-of of the author_id
-- ARGV  1 the author's keyed hash, 2 author_id
-- gives {'ok', the author's author_id, or '' where this one is another's}
local held = redis.call('HGET', KEYS[1], 'author_id')
if held then return {'ok', held} end
return {'ok', name_author(KEYS[1], ARGV[1], KEYS[2], ARGV[2]) and ARGV[2] or ''}
