-- One comment more, or one less, in a state: of the site, its thread and its author.
local function count_state(totals, thread, author, state, by)
  redis.call('HINCRBY', totals, 'state:' .. state, by)
  redis.call('HINCRBY', thread, state, by)
  redis.call('HINCRBY', author, state, by)
end

local function emit(events, kind, comment_id, thread, state, now)
  redis.call('XADD', events, 'MAXLEN', '~', 10000, '*',
    'event', kind, 'comment_id', comment_id, 'thread', thread, 'state', state, 'at_ms', now)
end
