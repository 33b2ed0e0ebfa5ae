#!lua flags=allow-oom
-- enlist: gives comments that have no place in the lists one below all others, each below the one before it.
-- include: list
-- KEYS  totals, list-rows, list-planes and list-bits of the chunk that the caller believes to be the next, each with the one
--       below it; then of each comment: comment, list-thread-below, list-author-below
-- ARGV  the row of each
-- gives {'ok', the next ordinal, 1 | 0 when the chunks are others, and nothing was done}
local N_SHARED_KEYS, N_KEYS = 7, 3
local next_ordinal = FIRST_ORDINAL - 1 - tonumber(redis.call('HGET', KEYS[1], 'ordinals_below') or 0)
if not (is_chunk_of(KEYS[2], next_ordinal, ROWS_A_CHUNK) and is_chunk_of(KEYS[6], next_ordinal, BITS_A_CHUNK)) then
  return {'ok', next_ordinal, 0}
end
local rows_chunk, bits_chunk = math.floor(next_ordinal / ROWS_A_CHUNK), math.floor(next_ordinal / BITS_A_CHUNK)
local marks = {{}, {}}

local function enlist(comment, list_thread, list_author, row)
  local record = redis.call('HMGET', comment, STATE, ORDINAL, VERDICT, REASONS, REASON)
  if not record[1] or record[2] then return end
  local is_readable, said = pcall(said_by_machine, record[3] or '', record[4] or '')
  if not is_readable then return end
  local ordinal = next_ordinal
  next_ordinal = ordinal - 1
  said[#said + 1] = 's:' .. record[1]
  if record[5] then said[#said + 1] = 'd:' .. record[5] end
  local below = bits_chunk - math.floor(ordinal / BITS_A_CHUNK)
  for _, what in ipairs(said) do table.insert(marks[1 + below], {what, ordinal, 1}) end
  local rows = KEYS[2 + rows_chunk - math.floor(ordinal / ROWS_A_CHUNK)]
  redis.call('SETRANGE', rows, ordinal % ROWS_A_CHUNK * ROW_BYTES, row)
  local packed = struct.pack('>I4', ordinal)
  redis.call('APPEND', list_thread, packed)
  redis.call('APPEND', list_author, packed)
  redis.call('HSET', comment, ORDINAL, ordinal - FIRST_ORDINAL)
end

local first = next_ordinal
for i, row in ipairs(ARGV) do
  local at = N_SHARED_KEYS + (i - 1) * N_KEYS
  enlist(KEYS[at + 1], KEYS[at + 2], KEYS[at + 3], row)
end
for i, of_chunk in ipairs(marks) do
  if #of_chunk > 0 then mark(KEYS[3 + i], KEYS[5 + i], of_chunk) end
end
if math.floor(next_ordinal / BITS_A_CHUNK) < bits_chunk then without_room(KEYS[6]) end
if next_ordinal < first then redis.call('HINCRBY', KEYS[1], 'ordinals_below', first - next_ordinal) end
return {'ok', next_ordinal, 1}
