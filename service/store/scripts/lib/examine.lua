-- What a comment's record demands of the other keys, and which of these demands are not met.
local IS_STATE = {held = true, published = true, rejected = true, spam = true, erased = true}

local function is_readable(record)
  return record[THREAD] and record[AUTHOR] and IS_STATE[record[STATE]] and record[VERDICT]
    and tonumber(record[SUBMITTED_MS]) and tonumber(record[RISK]) and tonumber(record[REVISION]) and true or false
end

-- How often each act was done with the comment, as `approve:2 undo:1`, and how many these are together.
local function acts_of(record)
  local lines = lines_of(record[HISTORY] or '')
  local acts, all = counted_acts(record[FORGOTTEN] or '', lines, #lines), 0
  for times in string.gmatch(acts, ':(%d+)') do all = all + tonumber(times) end
  return acts, all
end

local function has_score(key, comment_id, wanted)
  local score = redis.call('ZSCORE', key, comment_id)
  if not wanted then return not score end
  return score and tonumber(score) == tonumber(wanted) or false
end

-- Held is queued, erased is not; for the others the site's main view is the word, since a policy or an undo may list
-- them.
local function is_to_be_queued(keys, comment_id, record)
  if record[STATE] == 'held' then return true end
  return record[STATE] ~= 'erased' and redis.call('ZSCORE', keys.queue, comment_id) and true or false
end

local function is_queue_right(keys, comment_id, record)
  local queued = is_to_be_queued(keys, comment_id, record)
  local distance = string.format('%.6f', math.abs(tonumber(record[RISK]) - 0.5))
  return has_score(keys.queue, comment_id, queued and record[SUBMITTED_MS])
    and has_score(keys.thread_queue, comment_id, queued and record[SUBMITTED_MS])
    and has_score(keys.risk, comment_id, queued and record[RISK])
    and has_score(keys.uncertainty, comment_id, queued and distance)
end

local function is_claim_right(keys, comment_id)
  local claimed = redis.call('ZSCORE', keys.claims, comment_id) and true or false
  local holder = redis.call('HEXISTS', keys.holders, comment_id) == 1
  return claimed == holder and (not claimed or redis.call('ZSCORE', keys.queue, comment_id) and true or false)
end

local function is_escalation_right(keys, comment_id)
  local escalated = redis.call('ZSCORE', keys.escalated, comment_id) and true or false
  if escalated ~= (redis.call('HEXISTS', keys.escalations, comment_id) == 1) then return false end
  return not escalated or redis.call('ZSCORE', keys.queue, comment_id) and true or false
end

local function is_publication_right(keys, comment_id, record)
  local wanted = record[STATE] == 'published'
  local published_ms = tonumber(record[PUBLISHED_MS])
  if wanted ~= (published_ms ~= nil) then return false end
  local is_later = wanted and published_ms ~= tonumber(record[SUBMITTED_MS])
  return has_score(keys.published, comment_id, wanted and record[SUBMITTED_MS])
    and has_score(keys.published_later, comment_id, is_later and published_ms)
end

local function is_public_right(keys, comment_id)
  local is_json, public = pcall(cjson.decode, redis.call('HGET', keys.comments, comment_id) or '')
  return is_json and type(public) == 'table' and type(public[2]) == 'string'
end

-- Names of what is wrong.
local function faults_of(keys, comment_id, record)
  if not is_readable(record) then return {'record'} end
  local faults = {}
  if not is_publication_right(keys, comment_id, record) then faults[#faults + 1] = 'publication' end
  if not is_queue_right(keys, comment_id, record) then faults[#faults + 1] = 'queue' end
  if not is_claim_right(keys, comment_id) then faults[#faults + 1] = 'claim' end
  if not is_escalation_right(keys, comment_id) then faults[#faults + 1] = 'escalation' end
  local _, acts = acts_of(record)
  if tonumber(record[REVISION]) ~= 1 + acts then faults[#faults + 1] = 'revision' end
  if not is_list_right(keys, comment_id, record) then faults[#faults + 1] = 'list' end
  if not is_public_right(keys, comment_id) then faults[#faults + 1] = 'public' end
  return faults
end
