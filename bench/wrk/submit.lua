-- Comments of about 400 characters, no two alike, English-like, spread over threads.
-- Arguments: a seed, how many threads, the prefix of their names.
dofile("report.lua")

local WORDS = {}
for word in string.gmatch([[
the the the the the the of of of and and and to to to a a a in in is is that that it it for was on with as are be this
have from or had by not but what all were when we there can an your which their said if do will each about how up out
them then she many some so these would other into has more her two like him see time could no make than first been its
who now people my made over did down only way find use may water long little very after words called just where most
know get through back much before also around another came come work three must because does part even place well such
here take why things help put years different away again off went old number great tell men say small every found still
between name should home big give air line set own under read last never us left end along while might next sound below
saw something thought both few those always looked show large often together asked house world going want school
important until form food keep children feet land side without boy once animals life enough took sometimes four head
above kind began almost live page got earth need far hand high year mother light parts country father let night
following picture being study second eyes soon times story boys since white days ever paper hard near sentence better
best across during today others however sure means knew try told young miles sun ways thing whole hear example heard
several change answer room sea against top turned learn point city play toward five using himself usually council
budget minister reporter article editor taxes village hospital nurses teachers election court judge market prices rent
wages traffic buses train station bridge river weather winter summer garden kitchen football season manager goal
]], "%S+") do WORDS[#WORDS + 1] = word end
local ENDS = { ". ", ". ", ". ", "! ", "? ", ", ", ", " }

local threads, prefix, number, head = 100, "article-", 0, {}

function init(arguments)
  math.randomseed(tonumber(arguments[1]))
  threads, prefix = tonumber(arguments[2]), arguments[3]
  number = tonumber(arguments[1]) * 1000000
  head = { ["Content-Type"] = "application/json", ["Authorization"] = wrk.headers["Authorization"] }
end

local function sentence()
  local words = {}
  for i = 1, math.random(5, 16) do words[i] = WORDS[math.random(#WORDS)] end
  words[1] = string.upper(string.sub(words[1], 1, 1)) .. string.sub(words[1], 2)
  return table.concat(words, " ") .. ENDS[math.random(#ENDS)]
end

local function comment()
  local parts, length, wanted = {}, 0, math.random(320, 440)
  while length < wanted do
    local part = sentence()
    parts[#parts + 1] = part
    length = length + #part
  end
  return table.concat(parts) .. "So much for " .. number .. "."
end

-- A reader's name, a body and a thread.
function comment_parts()
  number = number + 1
  return "reader" .. math.random(20000), comment(), prefix .. math.random(threads)
end

function request()
  local name, body, thread = comment_parts()
  local sent = string.format('{"name":"%s","email":"%s@mail.example","body":"%s"}', name, name, body)
  return wrk.format("POST", "/v1/sites/default/threads/" .. thread .. "/comments", head, sent)
end
