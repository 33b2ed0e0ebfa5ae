#!lua flags=no-writes
-- read_public: what is public of some comments, whatever their state.
-- KEYS  the thread-comments of each
-- ARGV  the comment_id of each
-- gives {'ok', the packed JSON of each, or '' for one that is gone}
local found = {'ok'}
for i, key in ipairs(KEYS) do found[i + 1] = redis.call('HGET', key, ARGV[i]) or '' end
return found
