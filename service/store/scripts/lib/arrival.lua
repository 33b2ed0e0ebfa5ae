-- The places of new comments in the lists, written together after the last of them. Their ordinals follow each other, in
-- this chunk of rows or in the next, and so do their bits: those of a plane are one number for a run of comments.
local MOST_OF_A_RUN = 32

local function arrivals_from(first, rows_keys, planes_keys, bits_keys)
  return {first = first, next = first, rows = {}, runs = {}, said = {}, told = {}, rows_keys = rows_keys, planes_keys = planes_keys,
    bits_keys = bits_keys}
end

-- Whether the keys are those of the chunks in which the next comments come to lie.
local function are_chunks_of(arrivals)
  return is_chunk_of(arrivals.rows_keys[1], arrivals.first, ROWS_A_CHUNK)
    and is_chunk_of(arrivals.bits_keys[1], arrivals.first, BITS_A_CHUNK)
end

-- A verdict with its codes and the rules that were met, as the detail of an event.
local function told_by_machine(said)
  local of = {v = {}, r = {}, u = {}}
  for _, what in ipairs(said) do table.insert(of[string.sub(what, 1, 1)], string.sub(what, 3)) end
  local rules = #of.u > 0 and ',"rules":' .. cjson.encode(of.u) or ''
  local codes = #of.r > 0 and ',"codes":' .. cjson.encode(of.r) or ''
  return '{"verdict":"' .. of.v[1] .. '"' .. codes .. rules .. '}'
end

-- The run of a comment, which is the last of it for now: a run lies in one chunk.
local function run_of(runs, ordinal)
  local run = runs[#runs]
  if not run or run.length == MOST_OF_A_RUN or ordinal % BITS_A_CHUNK == 0 then
    run = {first = ordinal, length = 0, bits = {}}
    runs[#runs + 1] = run
  end
  run.length = run.length + 1
  return run
end

-- The bit of the last comment of a run; the first one's is the highest of MOST_OF_A_RUN.
local function add_bit(run, what)
  run.bits[what] = (run.bits[what] or 0) + 2 ^ (MOST_OF_A_RUN - run.length)
end

-- One more comment; how far it is from the first, and its verdict as an event tells it.
local function add_arrival(arrivals, row, state, verdict, reasons)
  local ordinal = arrivals.next
  arrivals.next = ordinal + 1
  arrivals.rows[#arrivals.rows + 1] = row
  local run, of = run_of(arrivals.runs, ordinal), verdict .. reasons
  if not arrivals.said[of] then
    arrivals.said[of] = said_by_machine(verdict, reasons)
    arrivals.told[of] = told_by_machine(arrivals.said[of])
  end
  add_bit(run, 's:' .. state)
  for _, what in ipairs(arrivals.said[of]) do add_bit(run, what) end
  return ordinal - FIRST_ORDINAL, arrivals.told[of]
end

-- A chunk that is not the site's first is made whole at once: strings that grow are given twice their length.
local function write_rows(key, ordinal, rows)
  local at = ordinal % ROWS_A_CHUNK
  if at == 0 and ordinal > FIRST_ORDINAL then redis.call('SETRANGE', key, ROWS_A_CHUNK * ROW_BYTES - 1, '\0') end
  redis.call('SETRANGE', key, at * ROW_BYTES, rows)
end

-- Nothing is set yet of any bit of a run.
local function write_run(planes_key, bits_key, run)
  local names, changes, type_of_run = {}, {}, 'u' .. run.length
  for what in pairs(run.bits) do names[#names + 1] = what end
  local numbers = planes_of(planes_key, names)
  for what, bits in pairs(run.bits) do
    if numbers[what] then
      local at = #changes
      changes[at + 1], changes[at + 2] = 'SET', type_of_run
      changes[at + 3] = numbers[what] * BITS_A_CHUNK + run.first % BITS_A_CHUNK
      changes[at + 4] = bits / 2 ^ (MOST_OF_A_RUN - run.length)
    end
  end
  redis.call('BITFIELD', bits_key, unpack(changes))
end

local function write_arrivals(arrivals)
  local first, after = arrivals.first, arrivals.next
  if after == first then return end
  local in_first = math.min(after - first, ROWS_A_CHUNK - first % ROWS_A_CHUNK)
  write_rows(arrivals.rows_keys[1], first, table.concat(arrivals.rows, '', 1, in_first))
  if first + in_first < after then
    write_rows(arrivals.rows_keys[2], first + in_first, table.concat(arrivals.rows, '', in_first + 1))
  end
  local chunk = math.floor(first / BITS_A_CHUNK)
  for _, run in ipairs(arrivals.runs) do
    local i = math.floor(run.first / BITS_A_CHUNK) - chunk + 1
    write_run(arrivals.planes_keys[i], arrivals.bits_keys[i], run)
  end
  if math.floor(after / BITS_A_CHUNK) > chunk then without_room(arrivals.bits_keys[1]) end
end
