#!lua flags=allow-oom
-- look_up_author: says who an email belongs to, and tells of the look-up. Somebody unseen becomes an author when asked for,
-- so that he can be banned before he sends anything.
-- include: idempotency event author
-- KEYS  author, author-of of the author_id, events, idempotency
-- ARGV  1 now_ms, 2 the author's keyed hash, 3 author_id of an author who has none, 4 actor, 5 '1' to make one of somebody
--       unseen, 6 fingerprint or ''
-- gives {'ok', author_id or '' where the one given is another's, 'new'|'known'} | {'author_not_found'}
--       | {'idempotency_key_reused'}
local key, author_id, fingerprint, idempotency = KEYS[1], ARGV[3], ARGV[6], KEYS[4]
local first = first_answer(idempotency, fingerprint)
if first then return first end

local function answered(subject, answer)
  emit(KEYS[3], 'author_looked_up', {actor = ARGV[4], at_ms = ARGV[1],
    subject = subject}, '', '')
  return keep_answer(idempotency, fingerprint, answer)
end

local is_known = redis.call('EXISTS', key) == 1
if not is_known and ARGV[5] ~= '1' then return answered('', {'author_not_found'}) end
local held = redis.call('HGET', key, 'author_id')
if held then return answered(held, {'ok', held, 'known'}) end
if not name_author(key, ARGV[2], KEYS[2], author_id) then return {'ok', '', 'known'} end
return answered(author_id, {'ok', author_id, is_known and 'known' or 'new'})
