-- The comments of submit.lua, as Isso takes them.
-- Arguments: a seed, how many threads, the prefix of their names, Isso's own address.
dofile("submit.lua")

local submit_init, origin = init, ""

function init(arguments)
  submit_init(arguments)
  origin = arguments[4]
end

function request()
  local name, body, thread = comment_parts()
  local sent = string.format('{"title":"%s","author":"%s","email":"%s@mail.example","text":"%s"}', thread, name, name, body)
  return wrk.format("POST", "/new?uri=%2F" .. thread, { ["Content-Type"] = "application/json", ["Origin"] = origin }, sent)
end
