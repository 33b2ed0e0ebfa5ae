-- Escalations of a queued comment: a line each, oldest first, as `service/store/escalations.py` packs them; `false` is none.
local MOST_ESCALATIONS = 20

local function is_escalated_by(lines, member_id)
  return lines and string.find('\n' .. lines, '\n["' .. member_id .. '",', 1, true) ~= nil
end

-- With one line more, and without the oldest of too many.
local function with_escalation(lines, line)
  local all = (lines or '') .. line .. '\n'
  local _, count = string.gsub(all, '\n', '')
  return count > MOST_ESCALATIONS and string.match(all, '^[^\n]*\n(.*)$') or all
end
