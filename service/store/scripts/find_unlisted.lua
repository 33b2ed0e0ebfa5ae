#!lua flags=no-writes
-- find_unlisted: which comments have no place in the lists.
-- KEYS  comments of one site
-- gives {'ok', the places in KEYS of those, from 1 on}
local found = {}
for i, key in ipairs(KEYS) do
  local record = redis.pcall('HMGET', key, STATE, ORDINAL)
  if not record.err and record[1] and not record[2] then found[#found + 1] = i end
end
return {'ok', found}
