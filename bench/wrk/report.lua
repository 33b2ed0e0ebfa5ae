-- Shared by the scripts beside it: counts every answer's status, and prints what was measured as one line of JSON.
local threads = {}
statuses = {}

function setup(thread)
  threads[#threads + 1] = thread
end

function count(status)
  statuses[status] = (statuses[status] or 0) + 1
end

function response(status)
  count(status)
end

-- `extra`: name -> text, added to the line.
function report(summary, latency, extra)
  local all = {}
  for _, thread in ipairs(threads) do
    for status, times in pairs(thread:get("statuses")) do all[status] = (all[status] or 0) + times end
  end
  local counted = {}
  for status, times in pairs(all) do counted[#counted + 1] = string.format('"%d":%d', status, times) end
  table.sort(counted)
  local broken = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout
  io.write(string.format('REPORT {"answers":%d,"seconds":%.6f,"p50_ms":%.3f,"p95_ms":%.3f,"p99_ms":%.3f,"max_ms":%.3f,' ..
    '"broken":%d,"statuses":{%s}%s}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1000, latency:percentile(95) / 1000,
    latency:percentile(99) / 1000, latency.max / 1000, broken, table.concat(counted, ","), extra or ""))
end

function done(summary, latency)
  report(summary, latency)
end
