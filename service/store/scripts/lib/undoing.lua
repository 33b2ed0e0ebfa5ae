-- The last decision on a comment taken back: state, publication and place in the queue are as before it. `undoing` has now
-- (a number), comment_id, actor, revision (the one seen, or ''), act (as JSON without the states before and after), and
-- detail, what the event tells besides. Gives 'changed' and the record; or the code of a refusal.
local function undo_one(keys, stream, undoing)
  local comment_id, now, record = undoing.comment_id, undoing.now, read_record(keys)
  local previous = record[PREVIOUS] or ''
  if not record[STATE] or record[STATE] == 'erased' then return 'comment_not_found' end
  if undoing.revision ~= '' and undoing.revision ~= record[REVISION] then return 'stale_revision' end
  if previous == '' then return 'nothing_to_undo' end
  if not is_home(keys, record) then return 'home_changed' end

  local before = record[STATE]
  local line, older = string.match(previous, '^([^\n]*)\n(.*)$')
  local decided = record[DECISION] or ''
  local state, decision, published_ms, queued, reason =
    string.match(line, '^([^\t]*)\t([^\t]*)\t([^\t]*)\t([^\t]*)\t?([^\t]*)$')
  local changes = {[DECISION] = decision, [PREVIOUS] = older, [REASON] = reason}
  local counted = {undone = 1}
  count_standing(counted, record, decided, decision)
  move_to(keys, comment_id, record, state, published_ms, now, undoing.act, changes, counted)
  change_outcome(keys.author, decided, decision)
  tell_turned_down(keys, comment_id, record, before, now)
  if queued == '1' then enqueue(keys, keys.thread_queue, comment_id, record[SUBMITTED_MS], record[RISK]) end

  local about = about_comment(comment_id, record, undoing.actor, string.format('%.0f', now), undoing.detail)
  emit(stream, 'undone' .. outcome_of(before, state) .. (queued == '1' and ' entered' or ''), about, before, state)
  return 'changed', record
end
