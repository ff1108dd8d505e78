-- The way of a request through this server: may it come in, to whom does it go, how did that end.

local balancer = require "ngx.balancer"
local gcra = require "lb.gcra"
local hash = require "lb.hash"
local health = require "lb.health"
local metrics = require "lb.metrics"
local worker = require "lb.worker"

local _M = {}

local BUSY = -3         -- NGX_BUSY: nginx answers 502 without asking anybody else

-- In the access phase: 429 for a client that asks too often.
function _M.limit()
  local rate = worker.settings.rate
  local allowed, wait, unsure = gcra.take(ngx.shared.lb_rate, gcra.client(ngx.var.binary_remote_addr), rate.each, rate.burst)
  if unsure then
    metrics.add(1, "lb_limit_unsure_total")
  end
  if allowed then
    return
  end
  metrics.add(1, "lb_limited_total")
  ngx.header["Retry-After"] = math.max(1, math.ceil(wait))
  return ngx.exit(429)
end

local function variable(prefix, name)
  local value = ngx.var[prefix .. name:lower():gsub("-", "_")]
  if value == "" then
    return nil
  end
  return value
end

local function request()
  return {
    header = function(name) return variable("http_", name) end,
    cookie = function(name) return variable("cookie_", name) end,
    client = ngx.var.remote_addr,
  }
end

-- The group of this request, or nil for the main one.
function _M.group()
  if not worker.pool.rules then
    return nil
  end
  return worker.pool:group(request())
end

local function release(way)
  local member = way.member
  if member then
    member.load.inflight = member.load.inflight - 1
    way.member = nil
  end
  return member
end

local function failed(member)
  local load = member.load
  load.failed = load.failed + 1
  metrics.add(1, "lb_failures_total", "peer", member.name)
  local passive = worker.settings.passive
  if load.failed >= passive.fails then
    load.failed = 0
    if health.leave_out(member.address, passive.out) then
      ngx.log(ngx.WARN, "health: ", member.name, " at ", member.address, " is left out for ", passive.out, " s")
      metrics.add(1, "lb_left_out_total", "peer", member.name)
    end
    worker.pool:refresh(health.is_down)
  end
end

local function send_to(way, member)
  way.member = member
  way.tried[member] = true
  member.load.inflight = member.load.inflight + 1
  metrics.add(1, "lb_peer_requests_total", "peer", member.name)
  local ok, err = balancer.set_current_peer(member.host, member.port)
  if not ok then
    ngx.log(ngx.ERR, "cannot send to ", member.address, ": ", err)
    return ngx.exit(ngx.ERROR)
  end
end

-- Whoever asks says how long it will wait; to answer later is to answer nobody. False if that time is over.
local function keep_deadline()
  local given = worker.settings.deadline and tonumber(ngx.var.http_x_deadline_ms)
  if not given or given ~= given then
    return true
  end
  local left = given / 1000 - (ngx.now() - ngx.req.start_time())
  if left < 0.001 then
    return false
  end
  local timeouts = worker.settings.timeouts
  balancer.set_timeouts(math.min(left, timeouts.connect), math.min(left, timeouts.read), math.min(left, timeouts.read))
  return true
end

-- In the balancer phase; again for every retry.
function _M.balance()
  local ctx = ngx.ctx
  local way = ctx.lb
  if not way then
    way = { tried = {} }
    ctx.lb = way
    worker.budget:earn()
    if ctx.lb_group == nil then
      ctx.lb_group = _M.group() or false
    end
    if ctx.lb_group then
      ngx.var.lb_group = ctx.lb_group
      metrics.add(1, "lb_canary_total", "group", ctx.lb_group)
    end
    if worker.pool.choice == "hash" then
      way.key = hash.of(hash.name(ngx.var.request_uri:match("^([^?]*)%??(.*)$")))
    end
    if worker.budget:has() then
      balancer.set_more_tries(worker.settings.retries.tries)
    end
  else
    local last = release(way)
    if last then
      failed(last)
    end
    if not worker.budget:spend() then
      metrics.add(1, "lb_retries_refused_total")
      return ngx.exit(BUSY)
    end
    metrics.add(1, "lb_retries_total")
  end
  local member = worker.pool:pick(ctx.lb_group or nil, way.key, way.tried)
  if not member then
    metrics.add(1, "lb_nobody_total")
    return ngx.exit(BUSY)
  end
  if not keep_deadline() then
    metrics.add(1, "lb_late_total")
    return ngx.exit(BUSY)
  end
  send_to(way, member)
end

-- How it went with the last member that was asked. `status` as it came from there.
function _M.finish(ctx, status)
  local way = ctx.lb
  local member = way and release(way)
  if not member then
    return
  end
  if status == 502 or status == 503 or status == 504 then
    failed(member)
  elseif status ~= 499 and status ~= 0 then
    member.load.failed = 0
  end
end

local CLASSES = { "1xx", "2xx", "3xx", "4xx", "5xx" }

-- In the log phase.
function _M.log()
  _M.finish(ngx.ctx, ngx.status)
  metrics.add(1, "lb_requests_total", "status", CLASSES[math.floor(ngx.status / 100)] or "none")
end

return _M
