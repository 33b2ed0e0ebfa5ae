#!lua flags=no-writes
-- try_policy: what would become of a submission, as `submit` judges it; nothing of it is kept.
-- include: rule author verdict closing
-- KEYS  thread, author, said (or any of these where no rule asks for it)
-- ARGV  1 now_ms, 2 thread, 3 the site's mode, 4-12 of each mode (premoderate, postmoderate, auto) verdict, listed 0|1,
--       reasons, 13 rules that it meets, as lib/rule has them, 14 '1' where it counts that the author is trusted, 15 for how
--       long said is kept in ms or 0, 16 how many rules follow, each as lib/rule has it
-- gives {'ok', the thread's mode or the site's, verdict, listed 0|1, reasons}
local first_of_mode = {premoderate = 4, postmoderate = 7, auto = 10}
local said_ms = tonumber(ARGV[15])

local meta = redis.call('HMGET', KEYS[1], 'mode', 'created_ms', 'first_ms')
local mode = first_of_mode[meta[1] or ''] and meta[1] or ARGV[3]
local author, now = read_author_for_rules(KEYS[2]), tonumber(ARGV[1])
local known = {author = author, thread = ARGV[2], now = now, first_ms = first_ms_of(meta[3], meta[2]),
  said = said_ms > 0 and redis.call('GET', KEYS[3]) or nil}
local rules = rules_at(17, tonumber(ARGV[16]))
return {'ok', mode, judged(first_of_mode[mode], author, now, ARGV[14] == '1', known, rules, ARGV[13])}
