-- One decision on a comment. `ruling` has now (a number), comment_id, actor, decision, state (the one it leads to),
-- revision (the one seen, or ''), act (as JSON without the states before and after), age_bounds (upper bounds of the age
-- histogram in seconds, ascending, joined by spaces), may_end_any_claim, reason (the code of one, or ''), and detail, what the event tells
-- besides.
-- Gives 'changed' or 'same', the record, and holder and expiry of a claim that is left; or the code of a refusal.
local function decide_one(keys, stream, ruling)
  local comment_id, decision, state, now = ruling.comment_id, ruling.decision, ruling.state, ruling.now
  local record = read_record(keys)
  local before, decided = record[STATE], record[DECISION] or ''
  if not before or before == 'erased' then return 'comment_not_found' end
  local holder, expires = live_claim(keys, comment_id, now)
  if decided == decision then return 'same', record, holder, expires end
  if holder and not ruling.may_end_any_claim and not is_held_by(holder, ruling.actor) then return 'claimed_by_another' end
  if ruling.revision ~= '' and ruling.revision ~= record[REVISION] then return 'stale_revision' end

  if not is_home(keys, record) then return 'home_changed' end

  local queued = redis.call('ZSCORE', keys.queue, comment_id) and '1' or '0'
  local counted = {['decided:' .. decision] = 1, [counter_of_actor(keys.totals, ruling.actor)] = 1}
  if queued == '1' then
    dequeue(keys, keys.thread_queue, comment_id)
    count_age(counted, now - tonumber(record[SUBMITTED_MS]), ruling.age_bounds)
  end
  count_standing(counted, record, decided, decision)
  local published_ms = record[PUBLISHED_MS] or ''
  local undoable = {before, decided, published_ms, queued, record[REASON]}
  local previous = table.concat(undoable, '\t') .. '\n' .. (record[PREVIOUS] or '')
  local changes = {[DECISION] = decision, [PREVIOUS] = previous, [REASON] = ruling.reason}
  move_to(keys, comment_id, record, state, published_ms, now, ruling.act, changes, counted)
  change_outcome(keys.author, decided, decision)
  tell_turned_down(keys, comment_id, record, before, now)

  local about = about_comment(comment_id, record, ruling.actor, string.format('%.0f', now), ruling.detail)
  emit(stream, 'decided' .. outcome_of(before, state) .. (queued == '1' and ' left' or ''), about, before, state)
  return 'changed', record
end

local IS_DECIDED = {changed = true, same = true}
