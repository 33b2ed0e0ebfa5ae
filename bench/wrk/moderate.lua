-- Claims 20 comments whenever it has none, and decides on each. One moderator at many connections.
-- Argument: a file to write the ids of the decided comments to.
dofile("report.lua")

local DECISIONS = { "approve", "approve", "approve", "reject", "spam" }
local HELD = '{"comments":['
local waiting, head, number = {}, {}, 0
decided = {}
local file

function init(arguments)
  file = arguments[1]
  head = { ["Content-Type"] = "application/json", ["Authorization"] = wrk.headers["Authorization"] }
  local path = io.open(file, "w")
  path:close()
end

function request()
  local comment_id = table.remove(waiting)
  if not comment_id then return wrk.format("POST", "/v1/sites/default/claims", head, '{"limit":20}') end
  number = number + 1
  local body = '{"decision":"' .. DECISIONS[number % #DECISIONS + 1] .. '"}'
  return wrk.format("POST", "/v1/sites/default/comments/" .. comment_id .. "/decisions", head, body)
end

function response(status, _, body)
  count(status)
  if status ~= 200 then return end
  if string.sub(body, 1, #HELD) == HELD then
    for comment_id in string.gmatch(body, '"comment_id":"(%w+)"') do waiting[#waiting + 1] = comment_id end
  else
    decided[#decided + 1] = string.match(body, '"comment_id":"(%w+)"')
    if #decided % 100 == 0 then
      local out = io.open(file, "a")
      out:write(table.concat(decided, "\n", #decided - 99), "\n")
      out:close()
    end
  end
end
