-- A comment as scripts that change it see it: its keys, its record, its moves between states, its history, its reply.
local function comment_keys(all)
  return {thread = all[1], comments = all[2], published = all[3], thread_queue = all[4], queue = all[5], risk = all[6],
    uncertainty = all[7], claims = all[8], holders = all[9], comment = all[10], author = all[11], totals = all[12],
    events = all[13]}
end

-- The fields by their names in Redis.
local function read_record(keys)
  local flat, record = redis.call('HGETALL', keys.comment), {}
  for i = 1, #flat, 2 do record[flat[i]] = flat[i + 1] end
  return record
end

-- {fields of the record, what is public of it, claim holder or '', claim expiry in ms or ''}
local function reply_with(keys, comment_id, record, holder, expires)
  local fields = {}
  for name, value in pairs(record) do
    fields[#fields + 1] = name
    fields[#fields + 1] = value
  end
  return {fields, redis.call('HGET', keys.comments, comment_id) or '', holder or '',
    expires and string.format('%d', expires) or ''}
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

-- Into another state, with a line of history and other changes of the record; `counted` are those of the site's totals.
-- `published_ms` is when it last was published, kept when it stays so; `act` a JSON array that lacks the two states.
local function move_to(keys, comment_id, record, to, published_ms, now, act, changes, counted)
  local from = record[STATE]
  changes[STATE] = to
  changes[PUBLISHED_MS] = to == 'published' and (published_ms ~= '' and published_ms or string.format('%d', now)) or ''
  changes[REVISION] = string.format('%d', record[REVISION] + 1)
  changes[HISTORY] = (record[HISTORY] or '') .. '["' .. from .. '","' .. to .. '",' .. string.sub(act, 2) .. '\n'
  change_record(keys, record, changes)
  if to == 'published' then redis.call('ZADD', keys.published, changes[PUBLISHED_MS], comment_id)
  else redis.call('ZREM', keys.published, comment_id) end
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
