#!lua flags=no-writes
-- find_by_field: which keys are hashes with a certain field.
-- KEYS  keys of one site
-- ARGV  the field of each
-- gives {'ok', the places in KEYS of those, from 1 on}
local found = {}
for i, key in ipairs(KEYS) do
  if redis.pcall('HEXISTS', key, ARGV[i]) == 1 then found[#found + 1] = i end
end
return {'ok', found}
