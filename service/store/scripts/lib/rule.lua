-- A site's rules on what the store alone knows: the author, the thread's age, the same words elsewhere.
local RULE_ARGV = 7
local HOUR_MS, DAY_MS = 3600000, 86400000

-- So many rules from an argument on, each: its place, kind, two numbers, thread or '', action, and its reason as JSON up to
-- what met it.
local function rules_at(arg_at, count)
  local rules = {}
  for i = 1, count do
    local place, kind, first, second, thread, action, reason = unpack(ARGV, arg_at + (i - 1) * RULE_ARGV,
      arg_at + i * RULE_ARGV - 1)
    rules[i] = {place = tonumber(place), kind = kind, first = tonumber(first), second = tonumber(second), thread = thread,
      action = action, reason = reason}
  end
  return rules
end

local RULE_KINDS = {}

function RULE_KINDS.newcomer(rule, known)
  local approved = tonumber(known.author.approved or known.author.published or 0)
  return approved < rule.first and string.format('%d', approved)
end

function RULE_KINDS.often_rejected(rule, known)
  local outcomes = string.sub(known.author.recent or '', -rule.second)
  local _, rejected = string.gsub(outcomes, '[rs]', '')
  return #outcomes > 0 and rejected / #outcomes > rule.first and rejected .. '/' .. #outcomes
end

function RULE_KINDS.thread_age(rule, known)
  local age = known.first_ms and math.floor((known.now - known.first_ms) / DAY_MS) or 0
  return age > rule.first and string.format('%d', age)
end

function RULE_KINDS.repeated(rule, known)
  local at, thread = string.match(known.said or '', '^(%d+) (.*)$')
  return at and thread ~= known.thread and known.now - tonumber(at) <= rule.first * HOUR_MS and ''
end

-- The rules that a comment meets, those that were found before the store was asked among them, in their places.
-- `found` has a line each: its place, action and reason, with tabs between.
local function rules_met(rules, known, found)
  local met = {}
  for place, action, reason in string.gmatch(found, '(%d+)\t(%a+)\t([^\n]*)\n') do
    met[#met + 1] = {place = tonumber(place), action = action, reason = reason}
  end
  for _, rule in ipairs(rules) do
    local by = (rule.thread == '' or rule.thread == known.thread) and RULE_KINDS[rule.kind](rule, known)
    if by then
      local matched = by ~= '' and '"' .. by .. '"' or ''
      met[#met + 1] = {place = rule.place, action = rule.action, reason = rule.reason .. '[' .. matched .. ']]'}
    end
  end
  table.sort(met, function(one, other) return one.place < other.place end)
  return met
end

-- A verdict, whether it is listed, and its reasons as JSON, as rules change them: what one rejects is rejected whatever
-- another says.
local function ruled(met, verdict, listed, reasons)
  if #met == 0 then return verdict, listed, reasons end
  local named = {}
  for i, rule in ipairs(met) do
    named[i] = rule.reason
    if rule.action == 'reject' then verdict, listed = 'reject', '0'
    elseif rule.action == 'hold' and verdict == 'publish' then verdict, listed = 'hold', '1' end
  end
  return verdict, listed, '[' .. table.concat(named, ',') .. ',' .. string.sub(reasons, 2)
end
