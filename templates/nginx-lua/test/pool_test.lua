local check = require "check"
local hash = require "lb.hash"
local peers = require "lb.peers"
local pool = require "lb.pool"

local version = 0

-- A pool of the members a, b, ... with what is given of each.
local function given(choice, members, canary, more)
  version = version + 1
  local list = {}
  for i, member in ipairs(members) do
    table.insert(list, '{"name":"' .. string.char(96 + i) .. '","address":"10.0.0.' .. i .. ':80"' .. member .. '}')
  end
  local text = '{"version":' .. version .. ',"tiers":{"l2":{"members":[' .. table.concat(list, ",") .. "]" ..
    (canary and ',"canary":' .. canary or "") .. "}}}"
  local settings = { tier = "l2", choice = choice, panic = 0, spread = 125, state = check.folder, boot = "" }
  for key, value in pairs(more or {}) do settings[key] = value end
  assert(peers.put(settings, text) == 200)
  local made = pool.new(settings)
  made:sync()
  return made, settings
end

local function down(...)
  local addresses = {}
  for _, i in ipairs({ ... }) do addresses["10.0.0." .. i .. ":80"] = true end
  return function(address) return addresses[address] end
end

local function picked(p, n, group)
  local count = {}
  for i = 1, n do
    local member = p:pick(group, hash.of("key" .. i), {})
    count[member.name] = (count[member.name] or 0) + 1
  end
  return count
end

return {
  ["only who is up and well is picked"] = function()
    for _, choice in ipairs({ "hash", "load" }) do
      local p = given(choice, { "", ',"state":"drain"', ',"state":"down"', ',"weight":0', "" })
      p:refresh(down(5))
      check.equal(picked(p, 200).a, 200, choice)
    end
  end,

  ["shares follow the weights"] = function()
    for _, choice in ipairs({ "hash", "load" }) do
      local p = given(choice, { ',"weight":100', ',"weight":300' })
      check.near(picked(p, 4000).b / 4000, choice == "hash" and 0.75 or 0.75, 0.05, choice)
    end
  end,

  ["with nobody well, everyone is asked"] = function()
    local p = given("load", { "", "" })
    p:refresh(down(1, 2))
    local count = picked(p, 100)
    check.is_true(count.a > 20 and count.b > 20)
    check.equal(p.panicking, true)
    p:refresh(down(1))
    check.equal(picked(p, 100).b, 100)
    check.equal(p.panicking, false)
  end,

  ["below the panic threshold everyone is asked"] = function()
    local p = given("load", { "", "", "", "" }, nil, { panic = 50 })
    p:refresh(down(1, 2))
    check.equal(picked(p, 100).a, nil)
    p:refresh(down(1, 2, 3))
    check.is_true(picked(p, 100).a)
  end,

  ["a retry goes to somebody else while there is somebody"] = function()
    local p = given("load", { "", "" })
    local tried = {}
    local first = p:pick(nil, nil, tried)
    tried[first] = true
    local second = p:pick(nil, nil, tried)
    check.is_true(second and second ~= first)
    tried[second] = true
    check.is_true(p:pick(nil, nil, tried), "again one of them")
    local alone = given("hash", { "" })
    check.equal(alone:pick(nil, hash.of("a"), { [alone.members[1]] = true }), alone.members[1])
  end,

  ["of two the one with less to do is picked"] = function()
    local p = given("load", { "", "" })
    p.members[1].load.inflight = 50
    check.equal(picked(p, 100).b, 100)
  end,

  ["a hot key does not drown its member"] = function()
    local p = given("hash", { "", "", "", "" })
    local key = hash.of("hot")
    for _ = 1, 400 do
      local member = p:pick(nil, key, {})
      member.load.inflight = member.load.inflight + 1
    end
    for _, member in ipairs(p.members) do
      check.is_true(member.load.inflight <= 130, member.name .. " has " .. member.load.inflight)
    end
    check.is_true(hash.best(p.members, key).load.inflight >= 100)
  end,

  ["canary: its own group, and back to the main one when it is unwell"] = function()
    local p = given("load", { "", ',"group":"v2"' }, '[{"group":"v2","percent":100}]')
    local request = { header = function() end, cookie = function() end, client = "10.0.0.1" }
    check.equal(p:group(request), "v2")
    check.equal(picked(p, 50, "v2").b, 50)
    check.equal(picked(p, 50).a, 50)
    p:refresh(down(2))
    check.equal(p:group(request), nil)
    local tried = {}
    p:refresh(down())
    tried[p.members[2]] = true
    check.equal(p:pick("v2", nil, tried).name, "a", "a retry of the canary")
  end,

  ["a new document keeps what is under way"] = function()
    local p, settings = given("load", { "", "" })
    p.members[1].load.inflight = 3
    version = version + 1
    assert(peers.put(settings, '{"version":' .. version ..
      ',"tiers":{"l2":{"members":[{"name":"a","address":"10.0.0.1:80","weight":7},{"name":"c","address":"10.0.0.3:80"}]}}}') == 200)
    check.is_true(p:sync())
    check.equal(p:sync(), false)
    check.equal(p.members[1].weight, 7)
    check.equal(p.members[1].load.inflight, 3)
    check.equal(p.members[2].load.inflight, 0)
  end,
}
