#!lua flags=no-writes
-- read_planes: planes of some chunks of a site's lists.
-- include: list
-- KEYS  of each chunk list-planes and list-bits
-- ARGV  what the planes say
-- gives {'ok', for each chunk: {for each plane: its bytes, shorter where zeros follow, or nil for one that the chunk may have
--       had no room for}}
local found, bytes = {'ok'}, BITS_A_CHUNK / 8
for i = 1, #KEYS, 2 do
  local planes = redis.call('HMGET', KEYS[i], unpack(ARGV))
  local is_full = redis.call('HLEN', KEYS[i]) >= MOST_PLANES
  for j, plane in ipairs(planes) do
    if plane then
      planes[j] = redis.call('GETRANGE', KEYS[i + 1], plane * bytes, (plane + 1) * bytes - 1)
    else
      planes[j] = not is_full and ''
    end
  end
  found[#found + 1] = planes
end
return found
