-- Answers in a shared dict: for as long as the origin allows (max-age, less its Age), one question at a time per key to
-- the origin, and when it does not answer, the old answer for a while longer (RFC 5861, RFC 8767).
--
-- Kept is a 200 to a GET that has an explicit lifetime and is the same for everybody: no Set-Cookie, no Vary but
-- Accept-Encoding, not private, no Authorization in the request. No guess is made about the rest: it is passed on.

local cjson = require "cjson.safe"
local lock = require "lb.lock"
local metrics = require "lb.metrics"
local proxy = require "lb.proxy"
local worker = require "lb.worker"

local _M = {}

local ORIGIN = "/_espalier/origin"
local STEP, MAX_STEP = 0.002, 0.05
local PASS = 10         -- seconds for which an answer that may not be kept is asked for without a lock
local OWN_HEADERS = {   -- of a connection, or written anew
  ["connection"] = true, ["keep-alive"] = true, ["transfer-encoding"] = true, ["content-length"] = true,
  ["age"] = true, ["x-cache"] = true, ["date"] = true, ["server"] = true, ["trailer"] = true, ["upgrade"] = true,
}

-- With names in lower case: origins write them as they like, and a table is exact.
local function lower_case(headers)
  local lower = {}
  for name, value in pairs(headers) do
    lower[name:lower()] = value
  end
  return lower
end

-- Seconds for which a response may be kept, or nil. Names of headers are in lower case.
function _M.lifetime(status, headers)
  local control = headers["cache-control"]
  if status ~= 200 or type(control) ~= "string" or headers["set-cookie"] then
    return nil
  end
  control = "," .. control:lower():gsub("%s", "") .. ","
  if control:find(",private") or control:find(",no%-store") or control:find(",no%-cache") then
    return nil
  end
  local vary = headers["vary"]
  if vary and (type(vary) ~= "string" or vary:lower() ~= "accept-encoding") then
    return nil
  end
  local age = tonumber(control:match(",s%-maxage=(%d+),") or control:match(",max%-age=(%d+),"))
  if not age then
    return nil
  end
  age = math.min(age, worker.settings.cache.longest) - (tonumber(headers["age"]) or 0)
  if age <= 0 then
    return nil
  end
  return age
end

local function dict()
  return ngx.shared.lb_cache
end

local function send(status, headers, body, outcome)
  metrics.add(1, "lb_cache_total", "outcome", outcome)
  ngx.status = status
  for name, value in pairs(headers) do
    if not OWN_HEADERS[name] then
      ngx.header[name] = value
    end
  end
  ngx.header["X-Cache"] = outcome
  ngx.header["Content-Length"] = #body
  ngx.print(body) -- and no ngx.exit: it would not come back to who holds a lock
end

local function unpack_entry(value)
  local line = value:find("\n", 1, true)
  local meta = cjson.decode(value:sub(1, line - 1))
  return meta, value:sub(line + 1)
end

local function send_fresh(value, outcome)
  local meta, body = unpack_entry(value)
  ngx.header["Age"] = math.max(0, ngx.time() - meta.stored)
  return send(meta.status, meta.headers, body, outcome)
end

local function send_stale(value)
  local meta, body = unpack_entry(value)
  meta.headers["cache-control"] = "max-age=" .. worker.settings.cache.stale_ttl
  meta.headers["warning"] = '110 - "Response is Stale"'
  return send(meta.status, meta.headers, body, "stale")
end

local function send_failure(marker)
  return send(tonumber(marker), { ["content-type"] = "text/plain", ["cache-control"] = "no-store" },
    "The origin does not answer.\n", "failed")
end

local function store(key, response, lifetime)
  local headers = {}
  for name, value in pairs(response.header) do
    if not OWN_HEADERS[name] then
      headers[name] = value
    end
  end
  local now = ngx.time()
  local meta = { status = response.status, stored = now - (tonumber(response.header["age"]) or 0), headers = headers }
  local value = cjson.encode(meta) .. "\n" .. response.body
  local ok, err, forced = dict():set(key, value, lifetime + worker.settings.cache.stale, now + lifetime)
  if not ok then
    metrics.add(1, "lb_cache_full_total")
    ngx.log(ngx.WARN, "cache: cannot keep ", #value, " bytes: ", err)
  elseif forced then
    metrics.add(1, "lb_cache_evicted_total")
  end
end

-- Asks the origin. Gives the response, and keeps it or notes why not.
local function fetch(key)
  local ctx = ngx.ctx
  local response = ngx.location.capture(ORIGIN, { ctx = ctx })
  response.header = lower_case(response.header)
  proxy.finish(ctx, response.status)
  ctx.lb = nil -- the next capture of this request begins anew
  local marker = "!" .. key
  if response.truncated or response.status >= 500 then
    local status = response.truncated and 502 or response.status
    dict():set(marker, tostring(status), worker.settings.cache.failure)
    return nil, status, response
  end
  local lifetime = #response.body <= worker.settings.cache.largest and _M.lifetime(response.status, response.header)
  if lifetime then
    store(key, response, lifetime)
  else
    dict():set(marker, "pass", PASS)
  end
  return response
end

-- The origin's answer, else the old one, else what went wrong.
local function answer_from_origin(key, old, outcome)
  local response, status, bad = fetch(key)
  if response then
    return send(response.status, response.header, response.body, outcome)
  elseif old then
    return send_stale(old)
  elseif bad.truncated then
    return send_failure(status)
  end
  return send(bad.status, bad.header, bad.body, "failed")
end

local function answer_alone(key, old, token)
  local ok, err = pcall(answer_from_origin, key, old, "miss")
  lock.release(ngx.shared.lb_locks, key, token)
  if not ok then
    error(err, 0)
  end
end

local function look(key)
  local value, fresh_until = dict():get(key)
  local is_fresh = value and fresh_until > ngx.time()
  return value, is_fresh, not is_fresh and dict():get("!" .. key) or nil
end

local function serve(key)
  local settings = worker.settings.cache
  local waited, step, outcome = 0, STEP, "hit"
  while true do
    local value, is_fresh, marker = look(key)
    if is_fresh then
      return send_fresh(value, outcome)
    elseif marker == "pass" then
      return answer_from_origin(key, value, "pass")
    elseif marker and value then
      return send_stale(value)
    elseif marker then
      return send_failure(marker)
    end
    local token = lock.acquire(ngx.shared.lb_locks, key, 0, settings.hold)
    if token then
      -- whoever held it may have answered between the look and the lock
      local again, fresh_now, marked = look(key)
      if not fresh_now and not marked then
        return answer_alone(key, again, token)
      end
      lock.release(ngx.shared.lb_locks, key, token)
    elseif value then
      return send_stale(value)
    elseif waited >= settings.wait then
      metrics.add(1, "lb_cache_impatient_total")
      return answer_from_origin(key, nil, "pass")
    else
      ngx.sleep(step)
      waited, step, outcome = waited + step, math.min(step * 2, MAX_STEP), "wait"
    end
  end
end

-- An answer may depend on it, and it is no part of the key.
local function has_body()
  local length = ngx.var.http_content_length
  return ngx.var.http_transfer_encoding or length and length ~= "0"
end

-- In the content phase.
function _M.serve()
  if ngx.req.get_method() ~= "GET" or ngx.var.http_authorization or has_body() then
    metrics.add(1, "lb_cache_total", "outcome", "pass")
    return ngx.exec("@origin")
  end
  local group = proxy.group() or false
  ngx.ctx.lb_group = group
  return serve((group or "") .. "|" .. ngx.var.host .. "|" .. ngx.var.request_uri)
end

return _M
