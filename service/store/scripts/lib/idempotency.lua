-- The first answer to an Idempotency-Key, kept for a day. A fingerprint of '' means that no key was sent.
local DAY_MS = 86400000

-- The values of two fields of a hash become the string that is kept under its key, its time unchanged; that string.
local function join_fields(key, separator, first, second)
  local values, left = redis.call('HMGET', key, first, second), redis.call('PTTL', key)
  local kept = (values[1] or '') .. separator .. (values[2] or '')
  redis.call('SET', key, kept, 'PX', left > 0 and left or DAY_MS)
  return kept
end

-- A string that is kept for a while. Until format 1 of the store it was a hash of two fields, which becomes that string.
local function read_kept(key, separator, first, second)
  local kept = redis.pcall('GET', key)
  if type(kept) ~= 'table' then return kept end
  if redis.call('TYPE', key).ok == 'hash' then return join_fields(key, separator, first, second) end
  return redis.call('GET', key)
end

local function first_answer(key, fingerprint)
  if fingerprint == '' then return nil end
  local kept = read_kept(key, '\n', 'fingerprint', 'answer')
  if not kept then return nil end
  if string.sub(kept, 1, #fingerprint + 1) ~= fingerprint .. '\n' then return {'idempotency_key_reused'} end
  return cmsgpack.unpack(string.sub(kept, #fingerprint + 2))
end

local function keep_answer(key, fingerprint, answer)
  if fingerprint ~= '' then redis.call('SET', key, fingerprint .. '\n' .. cmsgpack.pack(answer), 'PX', DAY_MS) end
  return answer
end
