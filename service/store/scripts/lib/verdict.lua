-- What becomes of a submission: the verdict of its mode, as what is known of its author and the rules of its site change it.
-- A ban is above all; trust publishes what no rule holds or rejects.
local function with_reason(code, reasons)
  return '["' .. code .. '"' .. (reasons == '[]' and '' or ',') .. string.sub(reasons, 2)
end

-- From an argument on: the mode's verdict, whether it is listed, its reasons. `is_trust_counted` says that nothing but the
-- mode would keep a trusted author's comment back; `known` is what the rules are held against, or nil where there are none.
local function judged(arg_at, author, now, is_trust_counted, known, rules, found)
  local verdict, listed, reasons = unpack(ARGV, arg_at, arg_at + 2)
  local is_trusted = is_trust_counted and author.trusted
  if is_trusted then verdict, listed = 'publish', '0' end
  if known then verdict, listed, reasons = ruled(rules_met(rules, known, found), verdict, listed, reasons) end
  if author.banned and ban_of(author.banned, now) then return 'reject', '0', with_reason('author_banned', reasons) end
  if is_trusted and verdict == 'publish' then reasons = with_reason('author_trusted', reasons) end
  return verdict, listed, reasons
end
