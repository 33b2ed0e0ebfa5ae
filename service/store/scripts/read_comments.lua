#!lua flags=no-writes
-- read_comments: some comments and their claims, without those that are gone.
-- include: queue
-- KEYS  claims, claim-holders, escalations, then of each comment its record and thread-comments
-- ARGV  1 now_ms, then of each comment its comment_id
-- gives {'ok', for each comment: {comment_id, fields of the record, what is public of it, claim holder or '',
--       claim expiry in ms or '', its escalations or ''}}
local now = tonumber(ARGV[1])
local ids = {unpack(ARGV, 2)}
local expiries = redis.call('ZMSCORE', KEYS[1], unpack(ids))
local escalations = redis.call('HMGET', KEYS[3], unpack(ids))
local found = {'ok'}
for i, comment_id in ipairs(ids) do
  local fields = redis.call('HGETALL', KEYS[2 * i + 2])
  if #fields > 0 then
    local expires, holder = tonumber(expiries[i] or 0), nil
    if is_live(expires, now) then holder = redis.call('HGET', KEYS[2], comment_id) end
    found[#found + 1] = {comment_id, fields, redis.call('HGET', KEYS[2 * i + 3], comment_id) or '',
      holder or '', holder and string.format('%d', expires) or '',
      escalations[i] or ''}
  end
end
return found
