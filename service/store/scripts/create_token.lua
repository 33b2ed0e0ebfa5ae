#!lua
-- create_token: writes a new token, and its member where he has no record yet: a new one, or one of a version before members,
-- whose token has his id. Tells every process to read them.
-- include: idempotency event
-- KEYS  members, tokens, changes, idempotency
-- ARGV  1 token_id, 2 its JSON, 3 member_id, 4 his JSON, 5 '1' when he is new, 6 fingerprint or '', 7 the answer to keep or
--       '', then what the events have: 8 actor, 9 now_ms, 10 what there was, 11 the token, 12 the member
-- gives {'ok', answer} | {'exists'} | {'member_not_found'} | {'idempotency_key_reused'}
local members, tokens, idempotency = KEYS[1], KEYS[2], KEYS[4]
local token_id, record, member_id, member, is_new, fingerprint, answer = unpack(ARGV, 1, 7)
local actor, now, nothing, token_told, member_told = unpack(ARGV, 8, 12)

-- Whether a token is a member by itself: it names none.
local function is_own_member(raw)
  local is_json, found = pcall(cjson.decode, raw or '')
  return is_json and type(found) == 'table' and (found.member_id == nil or found.member_id == member_id)
end

local first = first_answer(idempotency, fingerprint)
if first then return first end
if redis.call('HEXISTS', tokens, token_id) == 1 then return {'exists'} end
local is_recorded = redis.call('HEXISTS', members, member_id) == 1
if is_new ~= '1' and not is_recorded and not is_own_member(redis.call('HGET', tokens, member_id)) then
  return {'member_not_found'}
end

local stream = KEYS[3]
if not is_recorded then
  redis.call('HSET', members, member_id, member)
  emit(stream, 'member_created', {actor = actor, at_ms = now, subject = member_id}, nothing, member_told)
end
redis.call('HSET', tokens, token_id, record)
emit(stream, 'token_created', {actor = actor, at_ms = now, subject = token_id}, nothing, token_told)
return keep_answer(idempotency, fingerprint, {'ok', answer})
