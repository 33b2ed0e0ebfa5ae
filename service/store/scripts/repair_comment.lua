#!lua flags=allow-oom
-- repair_comment: puts a comment into the places that its record demands, and takes it out of all others. Its event has the
-- faults before and after; a claim that it ends has one of its own.
-- include: event queue count list comment listing examine
-- KEYS  as examine_comment
-- ARGV  1 comment_id, 2 now_ms
-- gives {'ok', names of faults there were, names of those that stay} | {'comment_not_found'}
local keys, comment_id = keys_with_lists(KEYS), ARGV[1]
if redis.call('EXISTS', keys.comment) == 0 then return {'comment_not_found'} end
local record = read_record(keys)
local before = faults_of(keys, comment_id, record)
if before[1] == 'record' then return {'ok', before, before} end

local function is_in(key)
  return redis.call('ZSCORE', key, comment_id) and true or false
end

local was_queued, was_published, ended_claim = is_in(keys.queue), is_in(keys.published), nil

local repair = {}
function repair.publication()
  if record[STATE] == 'published' then
    if not tonumber(record[PUBLISHED_MS]) then record[PUBLISHED_MS] = record[SUBMITTED_MS] end
    redis.call('HSET', keys.comment, PUBLISHED_MS, record[PUBLISHED_MS])
  else
    redis.call('HDEL', keys.comment, PUBLISHED_MS)
  end
  place_publication(keys, comment_id, record)
  redis.call('HINCRBY', keys.thread, 'version', 1)
end
function repair.queue()
  if is_to_be_queued(keys, comment_id, record) then
    enqueue(keys, keys.thread_queue, comment_id, record[SUBMITTED_MS], record[RISK])
  else
    ended_claim = end_claim(keys, comment_id) or ended_claim
    dequeue(keys, keys.thread_queue, comment_id)
  end
end
function repair.list()
  repair_list(keys, comment_id, record)
end
function repair.claim()
  ended_claim = end_claim(keys, comment_id) or ended_claim
end
function repair.escalation()
  redis.call('ZREM', keys.escalated, comment_id)
  redis.call('HDEL', keys.escalations, comment_id)
end
function repair.revision()
  local _, acts = acts_of(record)
  redis.call('HSET', keys.comment, REVISION, string.format('%d', 1 + acts))
end

local is_changed = false
for _, fault in ipairs(before) do
  if repair[fault] then
    repair[fault]()
    is_changed = true
  end
end
record = read_record(keys)
local after = faults_of(keys, comment_id, record)

if is_changed then
  local stream, kinds = keys.events, 'repaired'
  if is_in(keys.published) and not was_published then kinds = kinds .. ' published' end
  if is_in(keys.queue) ~= was_queued then kinds = kinds .. (was_queued and ' left' or ' entered') end
  local about = about_comment(comment_id, record, DOCTOR, ARGV[2])
  emit(stream, kinds, about, table.concat(before, ' '), table.concat(after, ' '))
  if ended_claim then
    emit(stream, 'released', {actor = DOCTOR, at_ms = ARGV[2], subject = comment_id}, ended_claim, '')
  end
end
return {'ok', before, after}
