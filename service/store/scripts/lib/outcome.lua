-- What people decided on an author's newest comments, a letter each, the newest last: a approve, r reject, s spam.
local MOST_OUTCOMES = 20
local OUTCOME_LETTERS = {approve = 'a', reject = 'r', spam = 's'}

local function without_last(text, letter)
  local at = string.find(text, letter .. '[^' .. letter .. ']*$')
  return at and string.sub(text, 1, at - 1) .. string.sub(text, at + 1) or text
end

-- A decision in the place of another: '' is none.
local function change_outcome(author_key, from, to)
  local outcomes = redis.call('HGET', author_key, 'recent') or ''
  if OUTCOME_LETTERS[from] then outcomes = without_last(outcomes, OUTCOME_LETTERS[from]) end
  outcomes = string.sub(outcomes .. (OUTCOME_LETTERS[to] or ''), -MOST_OUTCOMES)
  if outcomes ~= '' then redis.call('HSET', author_key, 'recent', outcomes)
  else redis.call('HDEL', author_key, 'recent') end
end
