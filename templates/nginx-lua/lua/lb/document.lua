-- The peers document: reads and checks it. A function of its text; it touches nothing.

local cjson = require("cjson").new()
cjson.decode_max_depth(8)

local _M = {}

_M.MAX_BYTES = 1048576
local MAX_VERSION = 9007199254740991
local MAX_TIERS = 64
local MAX_MEMBERS = 1000
local MAX_RULES = 8
local STATES = { up = true, drain = true, down = true }

local DOCUMENT = { version = true, tiers = true }
local TIER = { members = true, canary = true }
local MEMBER = { name = true, address = true, weight = true, state = true, group = true }
local RULE = { group = true, header = true, value = true, pattern = true, cookie = true, percent = true }

local function fail(where, what)
  error({ where = where, what = what }, 0)
end

local function check_keys(value, known, where)
  if type(value) ~= "table" or #value > 0 then
    fail(where, "expected an object")
  end
  for key in pairs(value) do
    if type(key) ~= "string" or not known[key] then
      fail(where, "unknown key '" .. tostring(key):sub(1, 40) .. "'")
    end
  end
end

local function check_list(value, most, where)
  if type(value) ~= "table" then
    fail(where, "expected a list")
  end
  local count = 0
  for _ in pairs(value) do
    count = count + 1
  end
  if count ~= #value then
    fail(where, "expected a list")
  end
  if count > most then
    fail(where, "more than " .. most)
  end
  return value
end

local function check_name(value, pattern, where, expected)
  if type(value) ~= "string" or #value > 64 or not value:match(pattern) then
    fail(where, "expected " .. expected)
  end
  return value
end

local function whole(value, from, to, where)
  if type(value) ~= "number" or value ~= math.floor(value) or value < from or value > to then
    fail(where, "expected a whole number from " .. from .. " to " .. string.format("%.0f", to))
  end
  return value
end

-- host and port of "10.0.0.1:80" or "[2001:db8::1]:80"; names would need a resolver in a phase that cannot wait
local function address_of(text, where)
  if type(text) == "string" then
    local a, b, c, d, port = text:match("^(%d%d?%d?)%.(%d%d?%d?)%.(%d%d?%d?)%.(%d%d?%d?):(%d%d?%d?%d?%d?)$")
    if a and a + 0 < 256 and b + 0 < 256 and c + 0 < 256 and d + 0 < 256 and port + 0 > 0 and port + 0 < 65536
        and a + 0 > 0 then
      return a .. "." .. b .. "." .. c .. "." .. d, port + 0
    end
    local six, six_port = text:match("^(%[[%x:%.]+%]):(%d%d?%d?%d?%d?)$")
    if six and #six < 48 and six:find(":", 1, true) and six_port + 0 > 0 and six_port + 0 < 65536 then
      return six, six_port + 0
    end
  end
  fail(where, "expected an IP address and a port, as 10.0.0.1:8080 or [2001:db8::1]:8080")
end

local function read_member(value, where)
  check_keys(value, MEMBER, where)
  local member = {
    name = check_name(value.name, "^[%w][%w._-]*$", where .. ".name", "letters, digits, '.', '_' and '-', at most 64"),
    weight = whole(value.weight == nil and 100 or value.weight, 0, 1000, where .. ".weight"),
    state = value.state == nil and "up" or value.state,
    address = value.address,
    group = value.group,
  }
  member.host, member.port = address_of(value.address, where .. ".address")
  if not STATES[member.state] then
    fail(where .. ".state", "expected up, drain or down")
  end
  if member.group ~= nil then
    check_name(member.group, "^[%l%d][%l%d-]*$", where .. ".group", "[a-z0-9-], at most 64")
  end
  return member
end

local function read_rule(value, where, groups)
  check_keys(value, RULE, where)
  check_name(value.group, "^[%l%d][%l%d-]*$", where .. ".group", "[a-z0-9-], at most 64")
  if not groups[value.group] then
    fail(where .. ".group", "no member is in '" .. value.group .. "'")
  end
  if value.header ~= nil then
    check_name(value.header, "^[%w-]+$", where .. ".header", "the name of a header: letters, digits and '-'")
  elseif value.value ~= nil or value.pattern ~= nil then
    fail(where, "'value' and 'pattern' are of a 'header'")
  end
  if value.value ~= nil and (type(value.value) ~= "string" or #value.value > 256) then
    fail(where .. ".value", "expected a text of at most 256 characters")
  end
  if value.pattern ~= nil then
    if type(value.pattern) ~= "string" or #value.pattern > 256 then
      fail(where .. ".pattern", "expected a text of at most 256 characters")
    end
    local _, _, err = ngx.re.find("", value.pattern, "j")
    if err then
      fail(where .. ".pattern", "not a regular expression")
    end
  end
  if value.cookie ~= nil then
    check_name(value.cookie, "^[%w_]+$", where .. ".cookie", "the name of a cookie: letters, digits and '_'")
  end
  if value.percent ~= nil and (type(value.percent) ~= "number" or not (value.percent >= 0 and value.percent <= 100)) then
    fail(where .. ".percent", "expected a number from 0 to 100")
  end
  return value
end

local function read_tier(value, where)
  check_keys(value, TIER, where)
  local tier = { members = {}, canary = {} }
  local names, addresses, groups, total, takes = {}, {}, {}, 0, false
  for i, each in ipairs(check_list(value.members, MAX_MEMBERS, where .. ".members")) do
    local at = where .. ".members[" .. (i - 1) .. "]"
    local member = read_member(each, at)
    if names[member.name] then
      fail(at .. ".name", "'" .. member.name .. "' is there twice")
    end
    if addresses[member.address] then
      fail(at .. ".address", member.address .. " is there twice")
    end
    names[member.name], addresses[member.address] = true, true
    if member.group then
      groups[member.group] = true
    elseif member.state == "up" and member.weight > 0 then
      takes = true
    end
    tier.members[i] = member
  end
  -- Whoever wants a tier without anyone in it has most likely lost half of the document.
  if not takes then
    fail(where .. ".members", "no member is up with a weight above 0")
  end
  for i, each in ipairs(check_list(value.canary == nil and {} or value.canary, MAX_RULES, where .. ".canary")) do
    local at = where .. ".canary[" .. (i - 1) .. "]"
    local rule = read_rule(each, at, groups)
    total = total + (rule.percent or 0)
    tier.canary[i] = rule
  end
  if total > 100 then
    fail(where .. ".canary", "more than 100 percent together")
  end
  return tier
end

local function read(text, needed)
  if #text > _M.MAX_BYTES then
    fail("document", "more than " .. _M.MAX_BYTES .. " bytes")
  end
  local ok, value = pcall(cjson.decode, text)
  if not ok then
    fail("document", "not JSON")
  end
  check_keys(value, DOCUMENT, "document")
  local document = { version = whole(value.version, 0, MAX_VERSION, "version"), tiers = {} }
  if type(value.tiers) ~= "table" then
    fail("tiers", "expected an object")
  end
  local count = 0
  for name, tier in pairs(value.tiers) do
    count = count + 1
    if type(name) ~= "string" or #name > 64 or not name:match("^[%l%d][%l%d-]*$") then
      fail("tiers", "a tier's name is [a-z0-9-], at most 64 characters")
    end
    if count > MAX_TIERS then
      fail("tiers", "more than " .. MAX_TIERS)
    end
    document.tiers[name] = read_tier(tier, "tiers." .. name)
  end
  if needed and not document.tiers[needed] then
    fail("tiers", "there is no '" .. needed .. "', to which this server sends")
  end
  return document
end

-- The document, or nil and what is wrong with it as "where: what". `needed` is a tier that must be in it.
function _M.read(text, needed)
  local ok, result = pcall(read, text, needed)
  if ok then
    return result
  end
  if type(result) == "table" then
    return nil, result.where .. ": " .. result.what
  end
  return nil, "document: " .. tostring(result)
end

return _M
