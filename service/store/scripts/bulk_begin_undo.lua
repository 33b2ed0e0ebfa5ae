#!lua flags=allow-oom
-- bulk_begin_undo: what a bulk has done so far is to be taken back; one that is not done yet ends here.
-- include: event
-- KEYS  as bulk_start
-- ARGV  1 now_ms, 2 bulk_id, 3 actor, 4 the name of who undoes it, 5 for how long it is kept in ms, 6 the token_id of who undoes it
-- gives {'ok'} | {'bulk_not_found'}
local bulk, running, bulk_id = KEYS[1], KEYS[3], ARGV[2]
local held = redis.call('HMGET', bulk, 'decision', 'undo_started_ms', 'undo_finished_ms')
if not held[1] then return {'bulk_not_found'} end
if held[3] then return {'ok'} end
redis.call('ZADD', running, ARGV[1], bulk_id)
if held[2] then return {'ok'} end -- it goes on where it was left
redis.call('HSET', bulk, 'undo_started_ms', ARGV[1], 'undo_actor', ARGV[3], 'undo_name', ARGV[4],
  'undo_token', ARGV[6], 'undo_place', 0,
  'undone', 0)
redis.call('PEXPIRE', bulk, ARGV[5])
local about = {actor = ARGV[3], at_ms = ARGV[1], subject = bulk_id}
emit(KEYS[4], 'bulk_undone', about, held[1], '')
return {'ok'}
