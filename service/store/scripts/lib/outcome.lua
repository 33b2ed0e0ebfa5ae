-- What people decided on an author's newest comments, a letter each, the newest last: a approve, r reject, s spam.
local MOST_OUTCOMES = 20
local OUTCOME_LETTERS = {approve = 'a', reject = 'r', spam = 's'}

local function without_last(text, letter)
  local at = string.find(text, letter .. '[^' .. letter .. ']*$')
  return at and string.sub(text, 1, at - 1) .. string.sub(text, at + 1) or text
end

-- A decision in the place of another: '' is none. Where an older version wrote the author, how many of his comments a person
-- approved begins with those that are published, this one as it is after the decision.
local function change_outcome(author_key, from, to)
  local known = redis.call('HMGET', author_key, 'recent', 'approved', 'published')
  local outcomes, approved = known[1] or '', tonumber(known[2] or nil)
  if approved then approved = approved + (to == 'approve' and 1 or 0) - (from == 'approve' and 1 or 0)
  else approved = tonumber(known[3] or 0) end
  if OUTCOME_LETTERS[from] then outcomes = without_last(outcomes, OUTCOME_LETTERS[from]) end
  outcomes = string.sub(outcomes .. (OUTCOME_LETTERS[to] or ''), -MOST_OUTCOMES)
  approved = string.format('%d', approved)
  if outcomes ~= '' then redis.call('HSET', author_key, 'recent', outcomes, 'approved', approved)
  else
    redis.call('HSET', author_key, 'approved', approved)
    redis.call('HDEL', author_key, 'recent')
  end
end
