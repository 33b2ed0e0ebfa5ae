-- A comment as scripts that change it see it: its keys, its moves between states, its history, its reply.
local function comment_keys(all)
  return {thread = all[1], comments = all[2], published = all[3], thread_queue = all[4], queue = all[5], risk = all[6],
    uncertainty = all[7], claims = all[8], holders = all[9], comment = all[10], author = all[11], totals = all[12],
    events = all[13]}
end

-- {fields of the record, public JSON, claim holder or '', claim expiry in ms or ''}
local function read_comment(keys, comment_id, now)
  local holder, expires = live_claim(keys, comment_id, now)
  return {redis.call('HGETALL', keys.comment), redis.call('HGET', keys.comments, comment_id) or '',
    holder or '', expires and string.format('%d', expires) or ''}
end

-- Into another state. `published_ms` is when it last was published, kept when it stays so.
local function move_to(keys, comment_id, from, to, published_ms, now)
  if from ~= to then
    count_state(keys.totals, keys.thread, keys.author, from, -1)
    count_state(keys.totals, keys.thread, keys.author, to, 1)
  end
  if to == 'published' then
    local at = published_ms ~= '' and published_ms or now
    redis.call('ZADD', keys.published, at, comment_id)
    redis.call('HSET', keys.comment, 'published_ms', at)
  else
    redis.call('ZREM', keys.published, comment_id)
    redis.call('HDEL', keys.comment, 'published_ms')
  end
  if from ~= to and (from == 'published' or to == 'published') then redis.call('HINCRBY', keys.thread, 'version', 1) end
  redis.call('HSET', keys.comment, 'state', to)
end

-- One line of JSON more; `what` is an object that is not empty and lacks only what the script knows.
local function append_history(keys, what, from, to)
  local revision = redis.call('HINCRBY', keys.comment, 'revision', 1)
  local line = string.sub(what, 1, -2) .. ',"from":"' .. from .. '","to":"' .. to .. '","revision":' .. revision .. '}\n'
  redis.call('HSET', keys.comment, 'history', (redis.call('HGET', keys.comment, 'history') or '') .. line)
end

-- Time from submission to the decision that took the comment off the queue: one more in the first bucket that holds it.
local function count_age(totals, age_ms, bounds)
  for bound in string.gmatch(bounds, '%S+') do
    if age_ms <= tonumber(bound) * 1000 then
      redis.call('HINCRBY', totals, 'age_in:' .. bound, 1)
      break
    end
  end
  redis.call('HINCRBY', totals, 'age_count', 1)
  redis.call('HINCRBY', totals, 'age_sum_ms', string.format('%d', math.max(0, age_ms)))
end
