-- Reads one page again and again. Arguments: its path, an entity tag that the reader has, or "".
dofile("report.lua")

local wanted

function init(arguments)
  local head = {}
  if arguments[2] ~= "" then head["If-None-Match"] = arguments[2] end
  wanted = wrk.format("GET", arguments[1], head)
end

function request()
  return wanted
end
