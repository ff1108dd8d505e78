-- Answers /dn from a resolver on this machine when espalier httpdns does not: addresses of one name, as text (one a line)
-- or as JSON. No cache: the resolver has one.

local bit = require "bit"
local cjson = require "cjson.safe"
local metrics = require "lb.metrics"
local worker = require "lb.worker"

local _M = {}

local TYPES = { A = 1, AAAA = 28 }
local RCODES = { [0] = "NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED" }
local TIMEOUT = 1000    -- ms for each of UDP and TCP
local MAX_ANSWERS = 256

-- The name in the form of the wire, or nil if it cannot be one. (RFC 1035, 3.1)
function _M.wire(name)
  name = name:lower():gsub("%.$", "")
  if #name < 1 or #name > 253 or not name:match("^[%w._-]+$") then
    return nil
  end
  local parts = {}
  for label in (name .. "."):gmatch("([^.]*)%.") do
    if #label < 1 or #label > 63 then
      return nil
    end
    table.insert(parts, string.char(#label) .. label)
  end
  return table.concat(parts) .. "\0"
end

local function u16(text, at)
  local a, b = text:byte(at, at + 1)
  if not b then error("cut off", 0) end
  return a * 256 + b
end

local function u32(text, at)
  return u16(text, at) * 65536 + u16(text, at + 2)
end

-- Where the name at `at` ends. Pointers are not followed: only the addresses are wanted.
local function after_name(text, at)
  while true do
    local length = text:byte(at)
    if not length then error("cut off", 0) end
    if length == 0 then return at + 1 end
    if length >= 192 then return at + 2 end
    if length > 63 then error("a label's length", 0) end
    at = at + 1 + length
  end
end

local function address(text, at, length)
  if length == 4 then
    return table.concat({ text:byte(at, at + 3) }, ".")
  end
  local groups = {}
  for i = 0, 14, 2 do
    table.insert(groups, string.format("%x", u16(text, at + i)))
  end
  return table.concat(groups, ":")
end

local function parse(text, id, question, type)
  if #text < 12 or u16(text, 1) ~= id or text:sub(13, 12 + #question):lower() ~= question then
    return nil -- not the answer to this question
  end
  local flags = u16(text, 3)
  if bit.band(flags, 0x8000) == 0 or u16(text, 5) ~= 1 then
    return nil
  end
  local answer = { rcode = bit.band(flags, 15), truncated = bit.band(flags, 0x200) ~= 0, addresses = {}, ttl = nil }
  local at = 13 + #question
  for _ = 1, math.min(u16(text, 7), MAX_ANSWERS) do
    at = after_name(text, at)
    local found, ttl, length = u16(text, at), u32(text, at + 4), u16(text, at + 8)
    if at + 9 + length > #text then error("cut off", 0) end
    if ttl >= 2147483648 then
      ttl = 0 -- RFC 2181, 8
    end
    answer.ttl = math.min(answer.ttl or ttl, ttl) -- that of a CNAME on the way counts, too
    if found == type and length == (type == 1 and 4 or 16) then
      table.insert(answer.addresses, address(text, at + 10, length))
    end
    at = at + 10 + length
  end
  return answer
end

-- The answer in `text`, nil if it is none to this question, and nil with a reason if it is broken.
function _M.parse(text, id, question, type)
  local ok, result = pcall(parse, text, id, question, type)
  if ok then
    return result
  end
  return nil, "a broken answer: " .. tostring(result)
end

local function over_udp(resolver, query, id, question, type)
  local socket = ngx.socket.udp()
  socket:settimeout(TIMEOUT)
  local ok, err = socket:setpeername(resolver.host, resolver.port)
  if ok then
    ok, err = socket:send(query)
  end
  local answer
  while ok and not answer do -- something else may come first
    local text
    text, err = socket:receive(4096)
    if not text then
      break
    end
    answer, err = _M.parse(text, id, question, type)
    ok = not err
  end
  socket:close()
  return answer, err
end

local function over_tcp(resolver, query, id, question, type)
  local socket = ngx.socket.tcp()
  socket:settimeout(TIMEOUT)
  local ok, err = socket:connect(resolver.host, resolver.port)
  if ok then
    ok, err = socket:send(string.char(bit.rshift(#query, 8), bit.band(#query, 255)) .. query)
  end
  local size, text
  if ok then
    size, err = socket:receive(2)
  end
  if size then
    text, err = socket:receive(u16(size, 1))
  end
  socket:close()
  if not text then
    return nil, err
  end
  return _M.parse(text, id, question, type)
end

-- rcode, addresses and ttl, or nil and a reason.
function _M.ask(resolver, name, type)
  local wire = _M.wire(name)
  local number = TYPES[type]
  local id = math.random(0, 65535)
  local question = wire .. string.char(0, number, 0, 1)
  local query = string.char(bit.rshift(id, 8), bit.band(id, 255), 1, 0, 0, 1, 0, 0, 0, 0, 0, 0) .. question
  local answer, err = over_udp(resolver, query, id, question, number)
  if answer and answer.truncated then
    answer, err = over_tcp(resolver, query, id, question, number)
  end
  return answer, err
end

local function refuse(status, reason, detail)
  ngx.status = status
  ngx.header["Content-Type"] = "application/json"
  ngx.header["Cache-Control"] = "no-store"
  ngx.say(cjson.encode({ reason = reason, detail = detail }))
  return ngx.exit(ngx.OK)
end

local function asked()
  local args = ngx.req.get_uri_args(20)
  local name = args.dn or args.domain or args.host or args.name
  if not name and ngx.var.args and not ngx.var.args:find("=", 1, true) then
    name = ngx.unescape_uri(ngx.var.args)
  end
  local type = args.type == nil and "A" or type(args.type) == "string" and args.type:upper()
  return name, type, args.format == "json" or (ngx.var.http_accept or ""):find("application/json", 1, true)
end

-- In the content phase.
function _M.serve()
  local name, type, as_json = asked()
  if _G.type(name) ~= "string" or not _M.wire(name) then
    return refuse(400, "bad-name", "expected one name, as /dn?www.example.com")
  elseif not TYPES[type] then
    return refuse(400, "bad-type", "expected A or AAAA")
  end
  local answer, err = _M.ask(worker.settings.resolver, name, type)
  metrics.add(1, "lb_dns_total", "rcode", answer and (RCODES[answer.rcode] or "other") or "none")
  if not answer then
    ngx.log(ngx.WARN, "dns: ", err)
    return refuse(502, "no-answer", "the resolver does not answer")
  end
  local has_some = answer.rcode == 0 and #answer.addresses > 0
  ngx.header["Cache-Control"] = has_some and "max-age=" .. answer.ttl or "no-store"
  if as_json then
    ngx.header["Content-Type"] = "application/json"
    local addresses = #answer.addresses > 0 and cjson.encode(answer.addresses) or "[]" -- a table cannot tell
    return ngx.say(string.format('{"name":%s,"type":"%s","status":"%s","ttl":%d,"addresses":%s}',
      cjson.encode((name:lower():gsub("%.$", ""))), type, RCODES[answer.rcode] or answer.rcode, answer.ttl or 0, addresses))
  end
  ngx.header["Content-Type"] = "text/plain"
  if has_some then
    ngx.say(table.concat(answer.addresses, "\n"))
  end
end

return _M
