-- Signatures of the newest comments, by which those alike are found; '' is that of a comment without one.
local SIGNATURE_BYTES, NEAR_MS = 32, 604800000
local NO_SIGNATURE = string.rep('\0', SIGNATURE_BYTES)
local MOST_TURNED_DOWN, TURNED_DOWN_MS = 500, 86400000
local TURNED_DOWN = {rejected = true, spam = true}

-- A chunk is made whole at once, as that of rows; one that is too old goes when a new one begins.
local function write_chunk(key, old_key, ordinal, signatures)
  local at = ordinal % ROWS_A_CHUNK
  if at == 0 then
    redis.call('DEL', old_key)
    if ordinal > FIRST_ORDINAL then redis.call('SETRANGE', key, ROWS_A_CHUNK * SIGNATURE_BYTES - 1, '\0') end
  end
  redis.call('SETRANGE', key, at * SIGNATURE_BYTES, signatures)
  redis.call('PEXPIRE', key, NEAR_MS)
end

-- Of comments whose ordinals follow each other; the keys are those of the first chunk and the next, each with the one that
-- it takes the place of.
local function write_signatures(keys, first, signatures)
  local is_any = false
  for i, signature in ipairs(signatures) do
    if signature == '' then signatures[i] = NO_SIGNATURE else is_any = true end
  end
  if not is_any then return end
  local in_first = math.min(#signatures, ROWS_A_CHUNK - first % ROWS_A_CHUNK)
  write_chunk(keys[1], keys[2], first, table.concat(signatures, '', 1, in_first))
  if #signatures > in_first then
    write_chunk(keys[3], keys[4], first + in_first, table.concat(signatures, '', in_first + 1))
  end
end

-- A comment that people turned down, with its signature; or one that they no longer do, without.
local function tell_turned_down(keys, comment_id, record, from, now)
  local was, is, signature = TURNED_DOWN[from], TURNED_DOWN[record[STATE]], ''
  local ordinal = ordinal_of(record)
  if was == is or not ordinal then return end
  if is then
    local at = ordinal % ROWS_A_CHUNK * SIGNATURE_BYTES
    signature = redis.call('GETRANGE', keys.near, at, at + SIGNATURE_BYTES - 1)
    if #signature < SIGNATURE_BYTES or signature == NO_SIGNATURE then return end
  elseif redis.call('EXISTS', keys.turned_down) == 0 then return end
  redis.call('XADD', keys.turned_down, 'MAXLEN', MOST_TURNED_DOWN, '*', 'i', comment_id, 'a', record[AUTHOR],
    'm', string.format('%.0f', now), 's', signature)
  redis.call('PEXPIRE', keys.turned_down, TURNED_DOWN_MS)
end
