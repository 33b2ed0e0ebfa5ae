-- Takes back the last decision on comment after comment. Arguments: a file of comment_ids, one a line.
dofile("report.lua")

local ids, at, head = {}, 0, {}

function init(arguments)
  head = { ["Content-Type"] = "application/json", ["Authorization"] = wrk.headers["Authorization"] }
  for line in io.lines(arguments[1]) do ids[#ids + 1] = line end
end

function request()
  at = at + 1
  if at > #ids then wrk.thread:stop() end
  local comment_id = ids[math.min(at, #ids)]
  return wrk.format("POST", "/v1/sites/default/comments/" .. comment_id .. "/undo", head, "{}")
end
