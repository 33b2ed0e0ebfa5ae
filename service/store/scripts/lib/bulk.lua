-- A bulk at work, which goes on from the place that it has reached and from no other: two that carry it out, or one that
-- begins again, do nothing twice.
local function is_at(bulk_key, running_key, bulk_id, place_field, place)
  return redis.call('HGET', bulk_key, place_field) == place and redis.call('ZSCORE', running_key, bulk_id) and true
end

-- The last line of a history, with what stands in it: states before and after, act, time, actor, name, reason, note, bulk.
local function last_act(history)
  local lines = lines_of(history or '')
  return #lines > 0 and cjson.decode(lines[#lines]) or nil
end

-- Does something with each of some comments, from an argument on: their keys follow each other, and so do their ids, of
-- which one is '' where there is no such comment any more. `act` gives the outcome of one. How many were done with, and how
-- often there was which outcome; what fails alone is skipped.
local function each_comment(act, key_at, n_keys, arg_at)
  local counted, done = {}, 0
  for i = 0, #ARGV - arg_at do
    local comment_id, outcome = ARGV[arg_at + i], 'comment_not_found'
    if comment_id ~= '' then
      local keys = comment_keys({unpack(KEYS, key_at + i * n_keys, key_at + (i + 1) * n_keys - 1)})
      local is_done, found = pcall(act, keys, comment_id)
      outcome = is_done and found or 'failed'
    end
    if outcome == 'home_changed' then break end
    counted[outcome] = (counted[outcome] or 0) + 1
    done = done + 1
  end
  return done, counted
end

local function ended(running_key, bulk_id, stream, about)
  redis.call('ZREM', running_key, bulk_id)
  emit(stream, 'bulk_finished', about, '', '')
end
