-- The first answer to an Idempotency-Key, kept for a day. A fingerprint of '' means that no key was sent.
local DAY_MS = 86400000

local function first_answer(key, fingerprint)
  if fingerprint == '' then return nil end
  local kept = redis.call('GET', key)
  if not kept then return nil end
  if string.sub(kept, 1, #fingerprint + 1) ~= fingerprint .. '\n' then return {'idempotency_key_reused'} end
  return cmsgpack.unpack(string.sub(kept, #fingerprint + 2))
end

local function keep_answer(key, fingerprint, answer)
  if fingerprint ~= '' then redis.call('SET', key, fingerprint .. '\n' .. cmsgpack.pack(answer), 'PX', DAY_MS) end
  return answer
end
