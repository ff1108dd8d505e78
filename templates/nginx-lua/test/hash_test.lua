local check = require "check"
local hash = require "lb.hash"

local function members(...)
  local list = {}
  for i, weight in ipairs({ ... }) do
    list[i] = { name = "l2-" .. i, seed = hash.of("l2-" .. i), weight = weight }
  end
  return list
end

local KEYS = 20000

local function assign(list)
  local of, count = {}, {}
  for i = 1, KEYS do
    local member = hash.best(list, hash.of("www" .. i .. ".example.com"))
    of[i] = member.name
    count[member.name] = (count[member.name] or 0) + 1
  end
  return of, count
end

local function moved(a, b)
  local count = 0
  for i = 1, KEYS do
    if a[i] ~= b[i] then count = count + 1 end
  end
  return count
end

return {
  ["spreads keys evenly"] = function()
    local _, count = assign(members(1, 1, 1, 1, 1))
    for name, n in pairs(count) do
      check.near(n / KEYS, 0.2, 0.015, name)
    end
  end,

  ["spreads keys by weight"] = function()
    local _, count = assign(members(100, 300, 600))
    check.near(count["l2-1"] / KEYS, 0.1, 0.015)
    check.near(count["l2-2"] / KEYS, 0.3, 0.015)
    check.near(count["l2-3"] / KEYS, 0.6, 0.015)
  end,

  ["a member that leaves moves its own keys alone"] = function()
    local list = members(1, 1, 1, 1)
    local before, count = assign(list)
    local gone = table.remove(list, 2)
    local after = assign(list)
    check.equal(moved(before, after), count[gone.name])
  end,

  ["a member that comes takes 1/n and moves nothing else"] = function()
    local before = assign(members(1, 1, 1, 1))
    local after, count = assign(members(1, 1, 1, 1, 1))
    check.equal(moved(before, after), count["l2-5"])
    check.near(count["l2-5"] / KEYS, 0.2, 0.015)
  end,

  ["a weight moves the difference alone"] = function()
    local before = assign(members(100, 100, 100, 100))
    local after = assign(members(100, 100, 100, 50))
    check.near(moved(before, after) / KEYS, 1 / 4 - 50 / 350, 0.015)
  end,

  ["a retry goes to the same second one every time"] = function()
    local list = members(1, 1, 1)
    local key = hash.of("a.example")
    local first = hash.best(list, key)
    local second = hash.best(list, key, { [first] = true })
    check.is_true(second and second ~= first)
    check.equal(hash.best(list, key, { [first] = true }), second)
    check.equal(hash.best(list, key, { [list[1]] = true, [list[2]] = true, [list[3]] = true }), nil)
  end,

  ["the name is found in every dialect"] = function()
    check.equal(hash.name("/dn", "www.A.com"), "www.a.com")
    check.equal(hash.name("/dn", "www.a.com."), "www.a.com")
    check.equal(hash.name("/d", "id=7&dn=WWW.a.com&ttl=1"), "www.a.com")
    check.equal(hash.name("/resolve", "name=a.com&type=1"), "a.com")
    check.equal(hash.name("/1/d", "host=www%2Ea.com"), "www.a.com")
    check.equal(hash.name("/index.html", ""), "/index.html")
    check.equal(hash.name("/index.html", "q=1"), "/index.html")
    check.equal(hash.name("/index.html", nil), "/index.html")
  end,

  ["a share of clients is as large as asked for"] = function()
    local within = 0
    for i = 1, KEYS do
      if hash.share("10.0." .. math.floor(i / 250) .. "." .. i % 250) < 1000 then within = within + 1 end
    end
    check.near(within / KEYS, 0.1, 0.01)
  end,
}
