#!lua flags=no-writes
-- find_moderated: which comments somebody decided, or were published at another time than they were submitted.
-- KEYS  comments of one site
-- gives {'ok', the places in KEYS of those, from 1 on}
local found = {}
for i, key in ipairs(KEYS) do
  local record = redis.pcall('HMGET', key, REVISION, SUBMITTED_MS, PUBLISHED_MS)
  local is_decided = record[1] and record[1] ~= '1'
  if not record.err and (is_decided or (record[3] and record[3] ~= record[2])) then found[#found + 1] = i end
end
return {'ok', found}
