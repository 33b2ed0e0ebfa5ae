-- An author's record: all of it that a submission needs, in one call; each field costs a tenth of a microsecond.
local function author_of(found)
  return {submitted = found[1], held = found[2], published = found[3], rejected = found[4], author_id = found[5],
    banned = found[6], trusted = found[7], ordinals = found[8], approved = found[9], recent = found[10]}
end

local function read_author(key)
  return author_of(redis.call('HMGET', key, 'submitted', 'held', 'published', 'rejected', 'author_id', 'banned', 'trusted',
    'ordinals'))
end

-- With what rules on authors ask for.
local function read_author_for_rules(key)
  return author_of(redis.call('HMGET', key, 'submitted', 'held', 'published', 'rejected', 'author_id', 'banned', 'trusted',
    'ordinals', 'approved', 'recent'))
end

-- The newest ordinals lie in the author's record, where they take least room; when there are more they are moved.
local MOST_ORDINALS_BYTES = 64

-- One comment more, in this state, with its ordinal in four bytes. `known` is the record as it was read in this step.
local function count_author(key, known, list_author, state, now_ms, ordinal)
  local submitted, of_state, ordinals = (known.submitted or 0) + 1, (known[state] or 0) + 1, known.ordinals or ''
  if #ordinals >= MOST_ORDINALS_BYTES then
    redis.call('APPEND', list_author, ordinals)
    ordinals = ''
  end
  ordinals = ordinals .. ordinal
  if submitted == 1 then
    redis.call('HSET', key, 'submitted', 1, state, of_state, 'first_ms', now_ms, 'last_ms', now_ms, 'ordinals', ordinals,
      'approved', 0)
  else
    redis.call('HSET', key, 'submitted', submitted, state, of_state, 'last_ms', now_ms, 'ordinals', ordinals)
  end
end

-- Gives an author his author_id, by which he is found from then on. Whether it is free: else he goes without one for now.
local function name_author(key, author, author_of_key, author_id)
  if not redis.call('SET', author_of_key, author, 'NX') then return false end
  redis.call('HSET', key, 'author_id', author_id)
  return true
end

local function is_author_of(author_of_key, author)
  return redis.call('GET', author_of_key) == author
end

-- What `banned` of the record says: until when in ms, and since when, whose act it was and why; nil where it is over.
local function ban_of(banned, now)
  local until_ms, at_ms, actor, reason = string.match(banned or '', '^(%d+) (%d+) (%S+) ?(.*)$')
  if not until_ms or tonumber(until_ms) <= now then return nil end
  return until_ms, at_ms, actor, reason
end
