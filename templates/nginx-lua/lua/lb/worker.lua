-- What this worker holds, and what it tells the others of itself.

local cjson = require "cjson.safe"

local _M = {
  settings = nil,
  token = nil,
  pool = nil,
  budget = nil,
}

local REPORT = 2        -- seconds after which a worker that says no more is not there any more

function _M.report()
  local inflight = {}
  for address, load in pairs(_M.pool.load) do
    if load.inflight ~= 0 then
      inflight[address] = load.inflight
    end
  end
  local report = {
    pid = ngx.worker.pid(),
    version = _M.pool.version,
    checksum = _M.pool.checksum,
    inflight = next(inflight) and inflight or nil,
    panicking = _M.pool.panicking,
  }
  ngx.shared.lb_workers:set("worker:" .. report.pid, cjson.encode(report), REPORT)
end

-- One report per worker that is there, sorted by process id. A worker that a reload ends is not among them.
function _M.reports()
  local all = {}
  for _, key in ipairs(ngx.shared.lb_workers:get_keys(1000)) do
    local report = cjson.decode(ngx.shared.lb_workers:get(key) or "")
    if report then
      table.insert(all, report)
    end
  end
  table.sort(all, function(a, b) return a.pid < b.pid end)
  return all
end

function _M.is_draining()
  return ngx.shared.lb_peers:get("draining") or false
end

function _M.drain(on)
  ngx.shared.lb_peers:set("draining", on)
end

return _M
