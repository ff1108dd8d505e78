local canary = require "lb.canary"
local check = require "check"

local function request(headers, cookies, client)
  return {
    header = function(name) return (headers or {})[name] end,
    cookie = function(name) return (cookies or {})[name] end,
    client = client or "10.0.0.1",
  }
end

local RULES = { { group = "v2", header = "X-Canary", cookie = "canary", percent = 0 } }

return {
  ["without rules everyone is in the main group"] = function()
    check.equal(canary.group(nil, request()), nil)
    check.equal(canary.group({}, request()), nil)
  end,

  ["a header says always or never"] = function()
    local all = { { group = "v2", header = "X-Canary", percent = 100 } }
    check.equal(canary.group(RULES, request({ ["X-Canary"] = "always" })), "v2")
    check.equal(canary.group(RULES, request({ ["X-Canary"] = "other" })), nil)
    check.equal(canary.group(all, request({ ["X-Canary"] = "never" })), nil)
    check.equal(canary.group(all, request()), "v2")
  end,

  ["a header has a value or matches a pattern"] = function()
    local value = { { group = "v2", header = "X-User", value = "ann" } }
    local pattern = { { group = "v2", header = "X-User", pattern = "^a" } }
    check.equal(canary.group(value, request({ ["X-User"] = "ann" })), "v2")
    check.equal(canary.group(value, request({ ["X-User"] = "always" })), nil)
    check.equal(canary.group(pattern, request({ ["X-User"] = "abe" })), "v2")
    check.equal(canary.group(pattern, request({ ["X-User"] = "bob" })), nil)
  end,

  ["a header wins over a cookie, a cookie over the share"] = function()
    local all = { { group = "v2", header = "X-Canary", cookie = "canary", percent = 100 } }
    check.equal(canary.group(all, request({ ["X-Canary"] = "never" }, { canary = "always" })), nil)
    check.equal(canary.group(all, request(nil, { canary = "never" })), nil)
    check.equal(canary.group(RULES, request(nil, { canary = "always" })), "v2")
  end,

  ["shares of several groups lie next to each other and clients stay where they are"] = function()
    local rules = { { group = "a", percent = 10 }, { group = "b", percent = 20 } }
    local count, n = { a = 0, b = 0, main = 0 }, 20000
    for i = 1, n do
      local client = "2001:db8::" .. i
      local group = canary.group(rules, request(nil, nil, client))
      check.equal(canary.group(rules, request(nil, nil, client)), group)
      count[group or "main"] = count[group or "main"] + 1
    end
    -- chi square with 2 degrees of freedom: 9.21 is passed once in a hundred times, and these clients never change
    local chi = (count.a - n * 0.1) ^ 2 / (n * 0.1) + (count.b - n * 0.2) ^ 2 / (n * 0.2) + (count.main - n * 0.7) ^ 2 / (n * 0.7)
    check.is_true(chi < 9.21, "chi square " .. chi)
  end,

  ["a larger share keeps the clients that it had"] = function()
    for i = 1, 1000 do
      local client = "10.1." .. math.floor(i / 250) .. "." .. i % 250
      if canary.group({ { group = "a", percent = 5 } }, request(nil, nil, client)) then
        check.equal(canary.group({ { group = "a", percent = 10 } }, request(nil, nil, client)), "a")
      end
    end
  end,
}
