-- How many decisions stand, by the machine's verdict, the band of its risk, and what was decided: each comment counts once,
-- by the decision on it that stands. Counters of series only grow, so that what stands no longer, as it was taken back or
-- another took its place, is counted by another name.
local RISK_BANDS = 10

-- Which tenth of [0, 1] the risk lies in; 'none' of what the model could not assess, whose risk is but a place in the queue.
local function risk_band(record)
  local is_assessed = (string.byte(record[PRIVATE] or '') or 0) % 2 == 1
  local risk = tonumber(record[RISK] or nil)
  if not is_assessed or not risk then return 'none' end
  return string.format('%d', math.max(0, math.min(RISK_BANDS - 1, math.floor(risk * RISK_BANDS))))
end

-- A decision in the place of another: '' is none.
local function count_standing(counted, record, from, to)
  local place = (record[VERDICT] or 'none') .. ':' .. risk_band(record) .. ':'
  if from ~= '' then counted['fell:' .. place .. from] = 1 end
  if to ~= '' then counted['stands:' .. place .. to] = 1 end
end
