-- What this server lets itself be told and asked, on a listener of its own:
--
--   GET  /_espalier/peers     which document each worker uses, who is well, how much each member has to do
--   PUT  /_espalier/peers     takes a document
--   PUT  /_espalier/drain     from now on the health check answers 503; DELETE takes that back
--   GET  /_espalier/metrics   for Prometheus; /_espalier/tree the same as JSON for the metrics tree

local cjson = require "cjson.safe"
local document = require "lb.document"
local health = require "lb.health"
local metrics = require "lb.metrics"
local peers = require "lb.peers"
local worker = require "lb.worker"

local _M = {}

local function answer(status, value)
  ngx.status = status
  ngx.header["Content-Type"] = "application/json"
  ngx.header["Cache-Control"] = "no-store"
  ngx.say(cjson.encode(value))
  return ngx.exit(ngx.OK)
end

local function refuse(status, reason, detail)
  return answer(status, { reason = reason, detail = detail })
end

-- Compared by digests under a key that nobody knows, so that the time it takes tells nothing.
local KEY = tostring({}) .. ngx.now() .. math.random()

local function same(a, b)
  return ngx.hmac_sha1(KEY, a) == ngx.hmac_sha1(KEY, b)
end

local function authorize()
  if not worker.token then
    return refuse(403, "no-token", "there was no token when this server started: " .. tostring(worker.settings.token))
  end
  local sent = (ngx.var.http_authorization or ""):match("^Bearer (.+)$")
  if not sent or not same(sent, worker.token) then
    ngx.header["WWW-Authenticate"] = "Bearer"
    return refuse(401, "bad-token", "expected: Authorization: Bearer TOKEN")
  end
end

local function sum_inflight(reports, address)
  local sum = 0
  for _, report in ipairs(reports) do
    sum = sum + (report.inflight and report.inflight[address] or 0)
  end
  return sum
end

local function members()
  local reports, list = worker.reports(), {}
  worker.pool:sync()
  for i, member in ipairs(worker.pool.members) do
    list[i] = {
      name = member.name,
      address = member.address,
      weight = member.weight,
      state = member.state,
      group = member.group,
      health = health.state(member.address),
      inflight = sum_inflight(reports, member.address),
    }
  end
  return list, reports
end

local function show()
  local list, reports = members()
  return answer(200, {
    version = peers.version(),
    checksum = peers.checksum(),
    from = peers.from(),
    tier = worker.settings.tier,
    draining = worker.is_draining(),
    members = list,
    workers = reports,
  })
end

local function body()
  ngx.req.read_body()
  local text = ngx.req.get_body_data()
  if text then
    return text
  end
  local path = ngx.req.get_body_file()
  local file = path and io.open(path, "rb")
  if not file then
    return ""
  end
  text = file:read(document.MAX_BYTES + 1)
  file:close()
  return text or ""
end

local function take()
  local status, reason, detail = peers.put(worker.settings, body())
  metrics.add(1, "lb_documents_total", "status", tostring(status))
  if status ~= 200 then
    return refuse(status, reason, detail)
  end
  ngx.log(ngx.NOTICE, "peers: version ", peers.version(), " is taken")
  return answer(200, { version = peers.version(), checksum = peers.checksum() })
end

function _M.peers()
  authorize()
  local method = ngx.req.get_method()
  if not worker.pool then
    return refuse(404, "no-peers", "this server sends to no tier")
  elseif method == "GET" then
    return show()
  elseif method == "PUT" then
    return take()
  end
  ngx.header["Allow"] = "GET, PUT"
  return refuse(405, "bad-method", "expected GET or PUT")
end

function _M.drain()
  authorize()
  local method = ngx.req.get_method()
  if method == "PUT" or method == "DELETE" then
    worker.drain(method == "PUT")
    ngx.log(ngx.NOTICE, "draining: ", tostring(method == "PUT"))
  elseif method ~= "GET" then
    ngx.header["Allow"] = "GET, PUT, DELETE"
    return refuse(405, "bad-method", "expected GET, PUT or DELETE")
  end
  return answer(200, { draining = worker.is_draining() })
end

local function gauges()
  local all = { { worker.is_draining() and 1 or 0, "lb_draining" } }
  if worker.pool then
    local list, reports = members()
    table.insert(all, { peers.version(), "lb_peers_version" })
    table.insert(all, { #reports, "lb_workers" })
    local behind = 0
    for _, report in ipairs(reports) do
      behind = behind + (report.version ~= peers.version() and 1 or 0)
    end
    table.insert(all, { behind, "lb_workers_behind" })
    for _, member in ipairs(list) do
      table.insert(all, { member.health == "up" and 1 or 0, "lb_peer_up", "peer", member.name })
      table.insert(all, { member.state == "up" and member.weight or 0, "lb_peer_weight", "peer", member.name })
      table.insert(all, { member.inflight, "lb_peer_inflight", "peer", member.name })
    end
  end
  for _, name in ipairs({ "lb_cache", "lb_rate", "lb_peers", "lb_metrics" }) do
    local dict = ngx.shared[name]
    if dict then
      table.insert(all, { dict:free_space(), "lb_dict_free_bytes", "dict", name })
    end
  end
  return all
end

function _M.metrics()
  ngx.header["Content-Type"] = "text/plain; version=0.0.4"
  ngx.print(metrics.prometheus(metrics.all(gauges())))
end

function _M.tree()
  return answer(200, metrics.tree(metrics.all(gauges())))
end

-- On the public listener: whether whoever stands before this server should send more.
function _M.healthz()
  ngx.header["Content-Type"] = "text/plain"
  ngx.header["Cache-Control"] = "no-store"
  if worker.is_draining() then
    ngx.status = 503
    ngx.header["Connection"] = "close"
    ngx.say("draining")
  else
    ngx.say("ok")
  end
end

return _M
