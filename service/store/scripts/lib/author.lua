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

-- One comment more, in this state, with its ordinal in four bytes. `known` is the record as it was read in this step;
-- `author_id` is the one that he is given, or nil.
local function count_author(key, known, list_author, state, now_ms, ordinal, author_id)
  local submitted, of_state, ordinals = (known.submitted or 0) + 1, (known[state] or 0) + 1, known.ordinals or ''
  if #ordinals >= MOST_ORDINALS_BYTES then
    redis.call('APPEND', list_author, ordinals)
    ordinals = ''
  end
  local fields = {'submitted', submitted, state, of_state, 'last_ms', now_ms, 'ordinals', ordinals .. ordinal}
  local function add(field, value)
    fields[#fields + 1] = field
    fields[#fields + 1] = value
  end
  if submitted == 1 then
    add('first_ms', now_ms)
    add('approved', 0)
  end
  if author_id then add('author_id', author_id) end
  redis.call('HSET', key, unpack(fields))
end

-- Makes an author_id that of an author, whose record has to get it. Whether it is free: else he goes without one for now.
local function take_author_id(author, author_of_key)
  return redis.call('SET', author_of_key, author, 'NX') and true
end

-- The same with the record, from which on he is found by it.
local function name_author(key, author, author_of_key, author_id)
  if not take_author_id(author, author_of_key) then return false end
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
