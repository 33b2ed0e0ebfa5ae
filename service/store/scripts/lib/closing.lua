-- When a thread takes no more comments: when it was closed, at a time of its own, or so long after its first comment as its
-- site's policy says, 0 for never. A thread that was made before its first comment has '' for the time of that until it comes;
-- one that was made by it, or by an older version, has none, and the time of its making stands for it.
local function first_ms_of(first_ms, created_ms)
  return tonumber(first_ms or created_ms or nil)
end

local function is_past_closing(closes_ms, first_ms, after_ms, now)
  if closes_ms and closes_ms ~= '' then return now >= tonumber(closes_ms) end
  return after_ms > 0 and first_ms ~= nil and now >= first_ms + after_ms
end
