-- Events: what was done, by whom and to what. An act and what followed from it are one event, as all else of it is the same:
-- its kinds, the act first, have spaces between. Every event has the same fields in the same order, so that the nodes of a
-- stream share their names; `service/domain/event.py` says which kinds there are and what they mean.
-- Nothing is trimmed here: `trim.lua` does, where what was sealed and handled is known.
-- `stream` is its key; `about` has the actor and at_ms, and of subject, thread, revision and detail what there is.
local function emit(stream, kinds, about, before, after)
  redis.call('XADD', stream, '*', EVENT_KINDS, kinds, EVENT_ACTOR, about.actor,
    EVENT_AT_MS, about.at_ms, EVENT_SUBJECT, about.subject or '', EVENT_THREAD, about.thread or '',
    EVENT_REVISION, about.revision or '', EVENT_BEFORE, before, EVENT_AFTER, after,
    EVENT_DETAIL, about.detail or '')
end

-- What follows from another state, as it stands behind an act: readers can see the comment now, or it was turned down.
local OUTCOMES = {published = ' published', rejected = ' rejected', spam = ' rejected'}

local function outcome_of(before, after)
  return before ~= after and OUTCOMES[after] or ''
end

local MOST_VALUE_BYTES = 512

-- A value as an event shows it: cut, between two characters, when it is long.
local function shortened(value)
  if #value <= MOST_VALUE_BYTES then return value end
  local cut = MOST_VALUE_BYTES
  while cut > 0 and string.match(string.sub(value, cut + 1, cut + 1), '[\128-\191]') do cut = cut - 1 end
  return string.sub(value, 1, cut) .. '…'
end

-- Fields of a thread before and after a change, as JSON; what there was not is left out.
local function emit_thread_changed(stream, about, before, after)
  emit(stream, 'thread_changed', about, cjson.encode(before), cjson.encode(after))
end
