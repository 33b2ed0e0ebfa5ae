-- Pages of a thread's published comments. `published` has all by the time of their writing, `later` those that were
-- published at another time by that. Each page comes with the score and the id of its last comment, or with '' at the end.
local END = {'', ''}

local function by_writing(published, limit, after)
  local start = page_start(published, after.score, after.comment_id, after.is_reverse)
  local range = after.is_reverse and 'ZREVRANGE' or 'ZRANGE'
  local found, ids = redis.call(range, published, start, start + limit, 'WITHSCORES'), {}
  for i = 1, math.min(#found, 2 * limit), 2 do ids[#ids + 1] = found[i] end
  return ids, #found > 2 * limit and {found[2 * limit], found[2 * limit - 1]} or END
end

-- So many are looked at for a page by publication, however many others were written meanwhile that were published later.
local MOST_LOOKED_AT = 2000
local CHUNK = 250

local function is_before(one, other)
  return one.at < other.at or (one.at == other.at and one.id < other.id)
end

-- Those that were published at once, from a place on: `limit` of them, or until `stop`. As a second value the last one
-- looked at, where others follow that were not.
local function published_at_once(published, later, limit, start, stop)
  local found, seen = {}, nil
  for at = start, start + MOST_LOOKED_AT - CHUNK, CHUNK do
    local chunk, ids = redis.call('ZRANGE', published, at, at + CHUNK - 1, 'WITHSCORES'), {}
    if #chunk == 0 then return found, nil end
    for i = 1, #chunk, 2 do ids[#ids + 1] = chunk[i] end
    for i, is_later in ipairs(redis.call('ZMSCORE', later, unpack(ids))) do
      seen = {id = ids[i], at = tonumber(chunk[2 * i])}
      if not is_later then found[#found + 1] = seen end
      if #found == limit or (stop and not is_before(seen, stop)) then return found, seen end
    end
  end
  return found, seen
end

-- A merge of those that were published at once, which stand at the time of their writing, with the others.
local function by_publication(published, later, limit, score, comment_id)
  local start = page_start(later, score, comment_id, false)
  local others, merged = redis.call('ZRANGE', later, start, start + limit, 'WITHSCORES'), {}
  for i = 1, #others, 2 do merged[#merged + 1] = {id = others[i], at = tonumber(others[i + 1])} end
  local stop = merged[limit + 1]
  start = page_start(published, score, comment_id, false)
  local at_once, seen = published_at_once(published, later, limit + 1, start, stop)
  for _, each in ipairs(at_once) do merged[#merged + 1] = each end
  table.sort(merged, is_before)
  local ids, last = {}, nil
  for _, each in ipairs(merged) do
    if #ids == limit then return ids, {string.format('%.0f', last.at), last.id} end
    if seen and is_before(seen, each) then break end
    ids[#ids + 1] = each.id
    last = each
  end
  return ids, seen and {string.format('%.0f', seen.at), seen.id} or END
end
