-- What a comment's record demands of the lists.
local ID_DIGITS = '0123456789abcdefghijklmnopqrstuv'

-- The ten bytes of an id of 16 digits in base 32: eight digits are five bytes.
local function id_bytes(comment_id)
  local bytes = {}
  for at = 1, #comment_id, 8 do
    local number = 0
    for i = at, at + 7 do number = number * 32 + string.find(ID_DIGITS, string.sub(comment_id, i, i), 1, true) - 1 end
    bytes[#bytes + 1] = struct.pack('>I1I4', math.floor(number / 4294967296), number % 4294967296)
  end
  return table.concat(bytes)
end

local function is_id(comment_id)
  return #comment_id == 16 and not string.find(comment_id, '[^0-9a-v]')
end

local function keys_with_lists(all)
  local keys = comment_keys(all)
  keys.list_rows, keys.list_thread, keys.list_author = unpack(all, #all - 2)
  return keys
end

-- Where an ordinal stands or would stand in a string of them, in ordinals, and whether it is there.
local function place_in(key, ordinal)
  local is_descending = ordinal < FIRST_ORDINAL
  local low, high = 0, redis.call('STRLEN', key) / 4
  while low < high do
    local middle = math.floor((low + high) / 2)
    local there = struct.unpack('>I4', redis.call('GETRANGE', key, 4 * middle, 4 * middle + 3))
    if there == ordinal then return middle, true end
    if (there < ordinal) ~= is_descending then low = middle + 1 else high = middle end
  end
  return low, false
end

local function is_among_newest(keys, packed)
  local newest = redis.call('HGET', keys.author, 'ordinals') or ''
  for at = 1, #newest, 4 do
    if string.sub(newest, at, at + 3) == packed then return true end
  end
  return false
end

local function insert(key, ordinal)
  local at, is_there = place_in(key, ordinal)
  if is_there then return end
  local all = redis.call('GET', key) or ''
  redis.call('SET', key, string.sub(all, 1, 4 * at) .. struct.pack('>I4', ordinal) .. string.sub(all, 4 * at + 1))
end

local function row_of(comment_id, record)
  return id_bytes(comment_id) .. struct.pack('>I2', math.floor(tonumber(record[RISK]) * 65535 + 0.5))
end

-- The marks that lack or are too many.
local function wrong_marks(keys, record)
  local wanted, wrong, ordinal = {['s:' .. record[STATE]] = 1}, {}, ordinal_of(record)
  for _, what in ipairs(said_by_machine(record[VERDICT], record[REASONS])) do wanted[what] = 1 end
  if record[REASON] then wanted['d:' .. record[REASON]] = 1 end
  local planes = redis.call('HGETALL', keys.list_planes)
  for i = 1, #planes, 2 do
    local what, place = planes[i], tonumber(planes[i + 1]) * BITS_A_CHUNK + ordinal % BITS_A_CHUNK
    local bit = wanted[what] or 0
    if redis.call('GETBIT', keys.list_bits, place) ~= bit then wrong[#wrong + 1] = {what, ordinal, bit} end
    wanted[what] = nil
  end
  for what in pairs(wanted) do
    if #planes / 2 < MOST_PLANES then wrong[#wrong + 1] = {what, ordinal, 1} end
  end
  return wrong
end

-- One of which the record cannot be read has no place.
local function is_list_right(keys, comment_id, record)
  if not is_id(comment_id) or not pcall(said_by_machine, record[VERDICT], record[REASONS]) then return true end
  local ordinal = ordinal_of(record)
  if not ordinal or not is_home(keys, record) then return false end
  local at = ordinal % ROWS_A_CHUNK * ROW_BYTES
  if redis.call('GETRANGE', keys.list_rows, at, at + 9) ~= id_bytes(comment_id) then return false end
  local _, is_in_thread = place_in(keys.list_thread, ordinal)
  local _, is_in_author = place_in(keys.list_author, ordinal)
  is_in_author = is_in_author or is_among_newest(keys, struct.pack('>I4', ordinal))
  return is_in_thread and is_in_author and #wrong_marks(keys, record) == 0
end

-- Writes what lacks of a comment that has an ordinal.
local function repair_list(keys, comment_id, record)
  local ordinal = ordinal_of(record)
  if not ordinal or not is_home(keys, record) then return end
  redis.call('SETRANGE', keys.list_rows, ordinal % ROWS_A_CHUNK * ROW_BYTES, row_of(comment_id, record))
  insert(keys.list_thread, ordinal)
  if not is_among_newest(keys, struct.pack('>I4', ordinal)) then insert(keys.list_author, ordinal) end
  local wrong = wrong_marks(keys, record)
  if #wrong > 0 then mark(keys.list_planes, keys.list_bits, wrong) end
end
