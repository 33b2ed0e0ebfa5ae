#!lua
-- change_policy: replaces a site's policy and keeps it as the newest version, and the one before it where that is not kept
-- yet; what is so already is no change. So many versions are kept, and so many bytes of them, but always the newest.
-- include: idempotency event
-- KEYS  sites, changes, policy-versions, idempotency
-- ARGV  1 site, 2 its JSON that is replaced, 3 its JSON, 4 fingerprint or '', 5 its version before, 6 what is to be known of
--       that and 7 its policy, packed, 8 and 9 the same of the new version; then the event: 10 actor, 11 now_ms, 12 before,
--       13 after, 14 detail
-- gives {'ok', the version in force} | {'absent'} | {'changed'} | {'idempotency_key_reused'}
local versions, idempotency, site, fingerprint = KEYS[3], KEYS[4], ARGV[1], ARGV[4]
local MOST_VERSIONS, MOST_BYTES = 100, 8388608

local function field_of(version)
  return string.format('%d', version)
end

local function policy_of(version)
  return field_of(version) .. '.policy'
end

-- Of the versions up to the newest those go that are too old, or too large together.
local function trim(newest)
  local bytes, gone = redis.call('HSTRLEN', versions, policy_of(newest)), {}
  for version = newest - 1, math.max(1, newest - MOST_VERSIONS), -1 do
    bytes = bytes + redis.call('HSTRLEN', versions, policy_of(version))
    if bytes > MOST_BYTES or version <= newest - MOST_VERSIONS then
      gone[#gone + 1] = field_of(version)
      gone[#gone + 1] = policy_of(version)
    end
  end
  if #gone > 0 then redis.call('HDEL', versions, unpack(gone)) end
end

local first = first_answer(idempotency, fingerprint)
if first then return first end
local held = redis.call('HGET', KEYS[1], site)
if not held then return {'absent'} end
if held ~= ARGV[2] then return {'changed'} end
local before = tonumber(ARGV[5])
if held == ARGV[3] then return keep_answer(idempotency, fingerprint, {'ok', field_of(before)}) end

redis.call('HSET', KEYS[1], site, ARGV[3])
redis.call('HSETNX', versions, field_of(before), ARGV[6])
redis.call('HSETNX', versions, policy_of(before), ARGV[7])
redis.call('HSET', versions, field_of(before + 1), ARGV[8], policy_of(before + 1), ARGV[9])
trim(before + 1)
emit(KEYS[2], 'policy_changed', {actor = ARGV[10], at_ms = ARGV[11], subject = site,
  detail = ARGV[14]}, ARGV[12], ARGV[13])
return keep_answer(idempotency, fingerprint, {'ok', field_of(before + 1)})
