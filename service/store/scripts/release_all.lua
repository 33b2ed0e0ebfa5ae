#!lua flags=allow-oom
-- release_all: hands all claims of a moderator back.
-- include: event queue
-- KEYS  claims, claim-holders, events, consumers
-- ARGV  1 token_id, 2 now_ms
-- gives {'ok', how many}
local keys, token_id = {claims = KEYS[1], holders = KEYS[2]}, ARGV[1]
local stream = stream_of(KEYS[3], KEYS[4], NEWEST_EVENTS)
local all = redis.call('HGETALL', keys.holders)
local released = 0
for i = 1, #all, 2 do
  if is_held_by(all[i + 1], token_id) then
    end_claim(keys, all[i])
    emit(stream, 'released', {actor = token_id, at_ms = ARGV[2], subject = all[i]}, token_id, '')
    released = released + 1
  end
end
return {'ok', released}
