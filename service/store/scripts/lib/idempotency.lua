-- The first answer to an Idempotency-Key, kept for a day. A fingerprint of '' means that no key was sent.
local DAY_MS = 86400000

local function first_answer(key, fingerprint)
  if fingerprint == '' then return nil end
  local kept = redis.call('HMGET', key, 'fingerprint', 'answer')
  if not kept[1] then return nil end
  if kept[1] ~= fingerprint then return {'idempotency_key_reused'} end
  return cmsgpack.unpack(kept[2])
end

local function keep_answer(key, fingerprint, answer)
  if fingerprint ~= '' then
    redis.call('HSET', key, 'fingerprint', fingerprint, 'answer', cmsgpack.pack(answer))
    redis.call('PEXPIRE', key, DAY_MS)
  end
  return answer
end
