-- Reads pages of threads in turn, none of them before all the others were read: more than a service keeps in memory.
-- Arguments: the threads' path without their number, how many threads, the lowest and the highest limit.
dofile("report.lua")

local pages, at = {}, 0

function init(arguments)
  for limit = tonumber(arguments[3]), tonumber(arguments[4]) do
    for thread = 1, tonumber(arguments[2]) do
      pages[#pages + 1] = wrk.format("GET", arguments[1] .. thread .. "/comments?limit=" .. limit, {})
    end
  end
end

function request()
  at = at % #pages + 1
  return pages[at]
end
