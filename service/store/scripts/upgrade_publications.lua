#!lua flags=allow-oom
-- upgrade_publications: comments of one thread in the places that format 4 has for them. Until format 3 the thread's list
-- had all at the time of their publication.
-- include: count comment
-- KEYS  thread, thread-published, thread-published-later, then the comments
-- ARGV  of each comment its comment_id
-- gives {'ok'}
local is_changed = false
for i, comment_id in ipairs(ARGV) do
  local keys = {published = KEYS[2], published_later = KEYS[3], comment = KEYS[3 + i]}
  local record = read_record(keys)
  if record[STATE] and place_publication(keys, comment_id, record) then is_changed = true end
end
if is_changed then redis.call('HINCRBY', KEYS[1], 'version', 1) end
return {'ok'}
