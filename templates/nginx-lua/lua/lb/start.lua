-- Called by nginx when it starts and when a worker does. Everything that the other parts need to know of the
-- configuration comes in here, once.

local budget = require "lb.budget"
local health = require "lb.health"
local metrics = require "lb.metrics"
local peers = require "lb.peers"
local pool = require "lb.pool"
local worker = require "lb.worker"

local _M = {}

local TICK = 0.25       -- seconds between two looks at the document and at who is well

local function token(path)
  local file = path and io.open(path, "rb")
  if not file then
    return nil
  end
  local text = file:read(4096):gsub("%s+$", "")
  file:close()
  if #text < 16 then
    error("the token in " .. path .. " has less than 16 characters")
  end
  return text
end

-- In the master, before its workers: it may still read what only root may.
function _M.init(settings)
  worker.settings = settings
  worker.token = token(settings.token)
  if settings.tier then
    peers.load(settings)
  end
end

local function tick()
  if worker.pool then
    worker.pool:sync()
    worker.pool:refresh(health.is_down)
    worker.report()
  end
  metrics.flush()
end

function _M.worker()
  math.randomseed(ngx.now() * 1000 + ngx.worker.pid() * 7919)
  local settings = worker.settings
  if settings.tier then
    worker.pool = pool.new(settings)
    worker.budget = budget.new(settings.retries.ratio, settings.retries.cap)
    if settings.check then
      health.start(worker.pool, settings.check)
    end
  end
  tick()
  ngx.timer.every(TICK, function(premature)
    if premature then
      metrics.flush()
      return
    end
    local ok, err = pcall(tick)
    if not ok then
      ngx.log(ngx.ERR, "tick: ", err)
    end
  end)
end

return _M
