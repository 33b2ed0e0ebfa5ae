-- Where comments stand in the lists of a site, as `service/store/keys.py` has it: each by its ordinal, which is counted
-- from the first comment that the site took in; its record keeps how far it is from there. What a list is asked for is a
-- plane of bits, one a comment: `s:STATE`, `v:VERDICT`, `r:CODE` of a reason, `u:NAME` of a rule, `d:CODE` of a decision.
local FIRST_ORDINAL = 2147483648
local ROWS_A_CHUNK, ROW_BYTES = 1024, 12
local BITS_A_CHUNK, MOST_PLANES = 8192, 512
local MOST_BITS_A_CALL = 1000

local function ordinal_of(record)
  return record[ORDINAL] and FIRST_ORDINAL + tonumber(record[ORDINAL])
end

-- Whether a key is that of the chunk in which an ordinal is.
local function is_chunk_of(key, ordinal, size)
  return string.match(key, '%d+$') == string.format('%d', math.floor(ordinal / size))
end

-- A chunk has planes for these however many others there are.
local FIRST_PLANES = {'s:held', 0, 's:published', 1, 's:rejected', 2, 's:spam', 3, 's:erased', 4, 'v:publish', 5, 'v:hold', 6,
  'v:reject', 7}

-- The numbers of planes by what they say; a chunk has so many at most, and what comes then has none. Whether one is new.
local function planes_of(key, names)
  local found, numbers, new, count = redis.call('HMGET', key, unpack(names)), {}, {}, nil
  for i, name in ipairs(names) do
    local number = tonumber(found[i] or nil)
    if not number then
      count = count or redis.call('HLEN', key)
      if count == 0 then
        redis.call('HSET', key, unpack(FIRST_PLANES))
        return planes_of(key, names)
      end
      if count < MOST_PLANES then
        number, count = count, count + 1
        new[#new + 1] = name
        new[#new + 1] = number
      end
    end
    numbers[name] = number
  end
  if #new > 0 then redis.call('HSET', key, unpack(new)) end
  return numbers, #new > 0
end

-- A string without the room that it was given to grow.
local function without_room(key)
  redis.call('SET', key, redis.call('GET', key))
end

-- Bits of one chunk: of each mark what it says, the ordinal, and 1 or 0. Whether a plane is new.
local function mark(planes_key, bits_key, marks)
  local names, is_named = {}, {}
  for _, each in ipairs(marks) do
    if not is_named[each[1]] then
      names[#names + 1] = each[1]
      is_named[each[1]] = true
    end
  end
  local numbers, is_new = planes_of(planes_key, names)
  local changes = {}
  for _, each in ipairs(marks) do
    local number = numbers[each[1]]
    if number then
      local at = #changes
      changes[at + 1], changes[at + 2] = 'SET', 'u1'
      changes[at + 3], changes[at + 4] = number * BITS_A_CHUNK + each[2] % BITS_A_CHUNK, each[3]
    end
  end
  for at = 1, #changes, 4 * MOST_BITS_A_CALL do
    redis.call('BITFIELD', bits_key, unpack(changes, at, math.min(#changes, at + 4 * MOST_BITS_A_CALL - 1)))
  end
  return is_new
end

-- What a comment's verdict and reasons, as JSON, say of it.
local function said_by_machine(verdict, reasons)
  local said, is_said = {'v:' .. verdict}, {}
  local function say(what)
    if not is_said[what] then
      said[#said + 1] = what
      is_said[what] = true
    end
  end
  for _, reason in ipairs(cjson.decode(reasons)) do
    local is_bare = type(reason) == 'string'
    local code = is_bare and reason or reason.code or reason[1]
    say('r:' .. code)
    if code == 'rule' then say('u:' .. (reason.rule or reason[2])) end
  end
  return said
end

-- Whether the keys of a comment are those of its chunk: it may have come into the lists since they were made.
local function is_home(keys, record)
  local ordinal = ordinal_of(record)
  return not ordinal or is_chunk_of(keys.list_bits, ordinal, BITS_A_CHUNK)
end

-- Another state, or another reason of the decision, in the bits of a comment's chunk; '' is none.
local function mark_change(keys, record, from, to, reason_before, reason_after)
  local ordinal, marks = ordinal_of(record), {}
  if not ordinal then return end
  local function change(kind, before, after)
    if before == after then return end
    if before ~= '' then marks[#marks + 1] = {kind .. before, ordinal, 0} end
    if after ~= '' then marks[#marks + 1] = {kind .. after, ordinal, 1} end
  end
  change('s:', from, to)
  change('d:', reason_before, reason_after)
  -- A chunk is mostly full by now, and grows by a plane alone.
  if #marks > 0 and mark(keys.list_planes, keys.list_bits, marks) then without_room(keys.list_bits) end
end
