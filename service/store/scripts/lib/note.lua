-- Notes on one thing: a hash of their ids, which sort by time, of which the newest are kept.
local MOST_NOTES = 200

-- Ids and notes of some that are older than one, or of the newest where that is '', the newest first; how many notes there
-- are, and whether older ones follow.
local function notes_before(key, note_id, limit)
  local ids, found = redis.call('HKEYS', key), {}
  table.sort(ids, function(one, other) return one > other end)
  for _, id in ipairs(ids) do
    if note_id == '' or id < note_id then found[#found + 1] = id end
    if #found > limit then break end
  end
  local has_more = #found > limit
  found[limit + 1] = nil
  return found, #found > 0 and redis.call('HMGET', key, unpack(found)) or {}, #ids, has_more
end

local function add_note(key, note_id, packed)
  redis.call('HSET', key, note_id, packed)
  local too_many = redis.call('HLEN', key) - MOST_NOTES
  if too_many <= 0 then return end
  local ids = redis.call('HKEYS', key)
  table.sort(ids)
  redis.call('HDEL', key, unpack(ids, 1, too_many))
end
