#!lua flags=allow-oom
-- replace_answer: the answer kept for an Idempotency-Key read, or another in its place; its time stays. An answer of an
-- older version that holds a whole comment, with its sealed email, is forgotten.
-- KEYS  idempotency
-- ARGV  1 what it was, or '' to read it, 2 what it is now
-- gives {'ok', the answer or ''}
local kept = redis.call('GET', KEYS[1])
local line = kept and string.find(kept, '\n', 1, true)
if not line then return {'ok', ''} end
local answer = cmsgpack.unpack(string.sub(kept, line + 1))
if type(answer[3]) == 'table' and type(answer[3][1]) == 'table' then
  redis.call('DEL', KEYS[1])
  return {'ok', ''}
end
if type(answer[2]) ~= 'string' then return {'ok', ''} end
if ARGV[1] ~= '' and answer[2] == ARGV[1] then
  answer[2] = ARGV[2]
  redis.call('SET', KEYS[1], string.sub(kept, 1, line) .. cmsgpack.pack(answer), 'KEEPTTL')
end
return {'ok', answer[2]}
