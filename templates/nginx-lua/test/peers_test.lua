local check = require "check"
local peers = require "lb.peers"

local function text(version, address)
  return '{"version":' .. version .. ',"tiers":{"l2":{"members":[{"name":"a","address":"' .. (address or "10.0.0.1:80") .. '"}]}}}'
end

local function write(path, content)
  local file = assert(io.open(path, "wb"))
  file:write(content)
  file:close()
end

local function settings()
  local folder = check.folder
  os.remove(folder .. "/peers.json")
  write(folder .. "/boot.json", text(0))
  ngx.shared.lb_peers:flush_all()
  return { tier = "l2", state = folder, boot = folder .. "/boot.json" }
end

return {
  ["starts with what was laid, until somebody pushes"] = function()
    local s = settings()
    peers.load(s)
    check.equal(peers.version(), 0)
    check.equal(peers.from(), "boot")
    write(s.boot, text(0, "10.0.0.9:80"))
    peers.load(s)
    check.is_true(peers.text():find("10.0.0.9", 1, true), "a reload takes the new one that was laid")
    check.equal(peers.put(s, text(1)), 200)
    peers.load(s)
    check.equal(peers.version(), 1)
  end,

  ["an older version is refused, the same one again is not"] = function()
    local s = settings()
    peers.load(s)
    check.equal(peers.put(s, text(5)), 200)
    check.equal(peers.put(s, text(5)), 200)
    local status, reason = peers.put(s, text(4))
    check.equal(status, 409)
    check.equal(reason, "old-version")
    check.equal(peers.put(s, text(5, "10.0.0.2:80")), 409, "the same version with other members")
    check.equal(peers.version(), 5)
    check.equal(peers.text(), text(5))
  end,

  ["a restart has it again"] = function()
    local s = settings()
    peers.load(s)
    peers.put(s, text(7))
    ngx.shared.lb_peers:flush_all()
    peers.load(s)
    check.equal(peers.version(), 7)
    check.equal(peers.from(), "disk")
    check.equal(peers.put(s, text(6)), 409)
  end,

  ["a file that was half written is left out"] = function()
    local s = settings()
    peers.load(s)
    peers.put(s, text(7))
    local file = io.open(s.state .. "/peers.json", "rb")
    local whole = file:read("*a")
    file:close()
    for _, broken in ipairs({ "", whole:sub(1, 20), whole:sub(1, -2), whole:gsub("10.0.0.1", "10.0.0.3") }) do
      write(s.state .. "/peers.json", broken)
      ngx.shared.lb_peers:flush_all()
      peers.load(s)
      check.equal(peers.version(), 0)
    end
  end,

  ["nothing changes if it cannot be kept"] = function()
    local s = settings()
    peers.load(s)
    s.state = "/nowhere/at/all"
    local status, reason = peers.put(s, text(3))
    check.equal(status, 500)
    check.equal(reason, "not-kept")
    check.equal(peers.version(), 0)
  end,

  ["a bad one is refused with its place"] = function()
    local s = settings()
    peers.load(s)
    local status, reason, detail = peers.put(s, '{"version":3,"tiers":{}}')
    check.equal(status, 400)
    check.equal(reason, "bad-document")
    check.is_true(detail:find("tiers", 1, true))
    check.equal(peers.version(), 0)
  end,
}
