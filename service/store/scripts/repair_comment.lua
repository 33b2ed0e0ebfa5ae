#!lua flags=allow-oom
-- repair_comment: puts a comment into the places that its record demands, and takes it out of all others.
-- include: queue count comment examine
-- KEYS  as decide, without the last
-- ARGV  1 comment_id
-- gives {'ok', names of faults there were, names of those that stay} | {'comment_not_found'}
local keys, comment_id = comment_keys(KEYS), ARGV[1]
if redis.call('EXISTS', keys.comment) == 0 then return {'comment_not_found'} end
local record = read_record(keys)
local before = faults_of(keys, comment_id, record)
if before[1] == 'record' then return {'ok', before, before} end

local repair = {}
function repair.publication()
  if record[STATE] == 'published' then
    local at = tonumber(record[PUBLISHED_MS]) and record[PUBLISHED_MS] or record[SUBMITTED_MS]
    redis.call('ZADD', keys.published, at, comment_id)
    redis.call('HSET', keys.comment, PUBLISHED_MS, at)
  else
    redis.call('ZREM', keys.published, comment_id)
    redis.call('HDEL', keys.comment, PUBLISHED_MS)
  end
  redis.call('HINCRBY', keys.thread, 'version', 1)
end
function repair.queue()
  if is_to_be_queued(keys, comment_id, record) then
    enqueue(keys, keys.thread_queue, comment_id, record[SUBMITTED_MS], record[RISK])
  else
    dequeue(keys, keys.thread_queue, comment_id)
  end
end
function repair.claim()
  redis.call('ZREM', keys.claims, comment_id)
  redis.call('HDEL', keys.holders, comment_id)
end
function repair.revision()
  local _, acts = acts_of(record)
  redis.call('HSET', keys.comment, REVISION, string.format('%d', 1 + acts))
end

for _, fault in ipairs(before) do
  if repair[fault] then repair[fault]() end
end
return {'ok', before, faults_of(keys, comment_id, read_record(keys))}
