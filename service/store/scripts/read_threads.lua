#!lua flags=no-writes
-- read_threads: the threads of some comments.
-- KEYS  the record of each comment
-- gives {'ok', the thread of each, or '' for one that is gone}
local found = {'ok'}
for i, key in ipairs(KEYS) do found[i + 1] = redis.call('HGET', key, THREAD) or '' end
return found
