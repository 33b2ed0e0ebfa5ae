#!lua flags=no-writes
-- read_audit: what is stored of an audit log beside its segments, at one instant.
-- KEYS  audit-head, audit-tail, audit-checkpoints
-- ARGV  1 from which byte on the checkpoints are wanted, from the end where it is negative
-- gives {'ok', count of entries, the head, number of the first segment that is kept, the newest checkpoint, the tail,
--       checkpoints}; {'ok'} where there is none
local head = redis.call('HMGET', KEYS[1], 'count', 'hash', 'first', 'checkpoint')
if not head[1] then return {'ok'} end
return {'ok', tonumber(head[1]), head[2], tonumber(head[3] or 0), head[4] or '', redis.call('GET', KEYS[2]) or '',
  redis.call('GETRANGE', KEYS[3], ARGV[1], -1)}
