-- A comment as scripts that change it see it: its keys, its record, its moves between states, its history, its reply.
local function comment_keys(all)
  return {thread = all[1], comments = all[2], published = all[3], thread_queue = all[4], queue = all[5], risk = all[6],
    uncertainty = all[7], claims = all[8], holders = all[9], comment = all[10], author = all[11], totals = all[12],
    events = all[13], published_later = all[14], list_planes = all[15], list_bits = all[16],
    escalated = all[17], escalations = all[18], near = all[19], turned_down = all[20]}
end

-- The fields by their names in Redis.
local function read_record(keys)
  local flat, record = redis.call('HGETALL', keys.comment), {}
  for i = 1, #flat, 2 do record[flat[i]] = flat[i + 1] end
  return record
end

-- What an event says of a comment after an act.
local function about_comment(comment_id, record, actor, at_ms, detail)
  return {actor = actor, at_ms = at_ms, subject = comment_id, thread = record[THREAD], revision = record[REVISION],
    detail = detail}
end

-- {fields of the record, what is public of it, claim holder or '', claim expiry in ms or '', its escalations or ''}
local function reply_with(keys, comment_id, record, holder, expires)
  local fields = {}
  for name, value in pairs(record) do
    fields[#fields + 1] = name
    fields[#fields + 1] = value
  end
  return {fields, redis.call('HGET', keys.comments, comment_id) or '', holder or '',
    expires and string.format('%d', expires) or '', redis.call('HGET', keys.escalations, comment_id) or ''}
end

-- Fields in the record and in Redis; '' takes one away.
local function change_record(keys, record, changes)
  local values = {}
  for name, value in pairs(changes) do
    if value ~= '' then
      record[name] = value
      values[#values + 1] = name
      values[#values + 1] = value
    elseif record[name] then
      record[name] = nil
      redis.call('HDEL', keys.comment, name)
    end
  end
  redis.call('HSET', keys.comment, unpack(values))
end

-- The answer to keep for an Idempotency-Key: what this act changed. The rest of the comment never changes, and is not kept
-- once for each key.
local function act_answer(outcome, record, holder, expires)
  return {'ok', outcome, {[STATE] = record[STATE], [DECISION] = record[DECISION], [REVISION] = record[REVISION],
    [PUBLISHED_MS] = record[PUBLISHED_MS]}, holder or '', expires and string.format('%d', expires) or ''}
end

-- The reply that a kept answer stands for: the comment as the act left it. One of an older version holds the whole reply.
local function reply_again(keys, comment_id, kept)
  if kept[1] ~= 'ok' or kept[4] == nil then return kept end
  local record = read_record(keys)
  if not record[STATE] or record[STATE] == 'erased' then return {'comment_not_found'} end
  for _, field in ipairs({STATE, DECISION, REVISION, PUBLISHED_MS}) do record[field] = kept[3][field] end
  return {'ok', kept[2], reply_with(keys, comment_id, record, kept[4], tonumber(kept[5]))}
end

-- What a comment keeps of its changes: the newest lines, so many and so long. Of older ones it keeps how many of each act
-- there were, as `approve:2 undo:1`, since its revision and the site's counters count them too.
local MOST_LINES, MOST_BYTES = 50, 65536

local function lines_of(text)
  local lines = {}
  for line in string.gmatch(text, '[^\n]+') do lines[#lines + 1] = line end
  return lines
end

local function newest(lines)
  local first, bytes = #lines, 0
  for i = #lines, math.max(1, #lines - MOST_LINES + 1), -1 do
    bytes = bytes + #lines[i] + 1
    if bytes > MOST_BYTES and i < #lines then break end
    first = i
  end
  return first
end

local function counted_acts(forgotten, lines, past)
  local counts, names = {}, {}
  local function add(name, by)
    if not counts[name] then names[#names + 1] = name end
    counts[name] = (counts[name] or 0) + by
  end
  for name, by in string.gmatch(forgotten, '(%w+):(%d+)') do add(name, tonumber(by)) end
  for i = 1, past do add(string.match(lines[i], '^%["%w+","%w+","(%w+)"') or 'unknown', 1) end
  table.sort(names)
  for i, name in ipairs(names) do names[i] = name .. ':' .. string.format('%d', counts[name]) end
  return table.concat(names, ' ')
end

local function bound_changes(record, changes)
  local lines = lines_of(changes[HISTORY])
  local first = newest(lines)
  if first > 1 then
    changes[FORGOTTEN] = counted_acts(record[FORGOTTEN] or '', lines, first - 1)
    changes[HISTORY] = table.concat(lines, '\n', first) .. '\n'
  end
  local undoable = lines_of(changes[PREVIOUS])
  if #undoable > MOST_LINES then changes[PREVIOUS] = table.concat(undoable, '\n', 1, MOST_LINES) .. '\n' end
end

-- Where readers find a published comment: at the time of its writing, and where it was published at another time at that
-- too. Whether this was changed.
local function place_publication(keys, comment_id, record)
  local is_published = record[STATE] == 'published'
  local written_ms = is_published and tonumber(record[SUBMITTED_MS]) or nil
  local published_ms = is_published and tonumber(record[PUBLISHED_MS]) or nil
  local is_changed = false
  local function place(key, score)
    if tonumber(redis.call('ZSCORE', key, comment_id) or nil) == score then return end
    if score then redis.call('ZADD', key, string.format('%.0f', score), comment_id)
    else redis.call('ZREM', key, comment_id) end
    is_changed = true
  end
  place(keys.published, written_ms)
  place(keys.published_later, published_ms ~= written_ms and published_ms or nil)
  return is_changed
end

-- Into another state, with a line of history and other changes of the record; `counted` are those of the site's totals.
-- `published_ms` is when it last was published, kept when it stays so; `act` a JSON array that lacks the two states. The
-- lists have its state and the reason of its decision, which stands among the changes.
local function move_to(keys, comment_id, record, to, published_ms, now, act, changes, counted)
  local from = record[STATE]
  changes[STATE] = to
  changes[PUBLISHED_MS] = to == 'published' and (published_ms ~= '' and published_ms or string.format('%d', now)) or ''
  changes[REVISION] = string.format('%d', record[REVISION] + 1)
  changes[HISTORY] = (record[HISTORY] or '') .. '["' .. from .. '","' .. to .. '",' .. string.sub(act, 2) .. '\n'
  if #changes[HISTORY] > MOST_BYTES or tonumber(changes[REVISION]) > MOST_LINES then bound_changes(record, changes) end
  mark_change(keys, record, from, to, record[REASON] or '', changes[REASON])
  change_record(keys, record, changes)
  place_publication(keys, comment_id, record)
  if from ~= to then
    counted['state:' .. from] = -1
    counted['state:' .. to] = 1
    redis.call('HINCRBY', keys.author, from, -1)
    redis.call('HINCRBY', keys.author, to, 1)
    local of_thread = {[from] = -1, [to] = 1}
    if from == 'published' or to == 'published' then of_thread.version = 1 end
    count_all(keys.thread, of_thread)
  end
  count_all(keys.totals, counted)
end

-- Time from submission to the decision that took the comment off the queue: one more in the first bucket that holds it.
local function count_age(counted, age_ms, bounds)
  for bound in string.gmatch(bounds, '%S+') do
    if age_ms <= tonumber(bound) * 1000 then
      counted['age_in:' .. bound] = 1
      break
    end
  end
  counted.age_count = 1
  counted.age_sum_ms = math.max(0, age_ms)
end
