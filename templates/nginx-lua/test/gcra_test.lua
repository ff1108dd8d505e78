local check = require "check"
local gcra = require "lb.gcra"

local dict = ngx.shared.lb_rate

local function admitted(key, rate, burst, from, to, step)
  local count = 0
  for i = 0, math.floor((to - from) / step + 0.5) - 1 do
    if gcra.take(dict, key, rate, burst, from + i * step) then
      count = count + 1
    end
  end
  return count
end

return {
  ["admits a burst and then the rate"] = function()
    local now = ngx.now()
    for i = 1, 5 do
      check.is_true(gcra.take(dict, "a", 10, 5, now), "request " .. i)
    end
    local ok, wait = gcra.take(dict, "a", 10, 5, now)
    check.equal(ok, false)
    check.near(wait, 0.1, 0.001)
    check.is_true(gcra.take(dict, "a", 10, 5, now + 0.1))
    check.equal(gcra.take(dict, "a", 10, 5, now + 0.1), false)
  end,

  ["admits burst + rate * time under any load"] = function()
    local now = ngx.now()
    check.equal(admitted("b", 100, 20, now, now + 1, 0.001), 20 + 99)
  end,

  ["a refusal costs the client nothing"] = function()
    local now = ngx.now()
    gcra.take(dict, "c", 1, 1, now)
    for _ = 1, 100 do
      check.equal(gcra.take(dict, "c", 1, 1, now + 0.5), false)
    end
    check.is_true(gcra.take(dict, "c", 1, 1, now + 1))
  end,

  ["a burst is saved up again, and not more than that"] = function()
    local now = ngx.now()
    check.equal(admitted("d", 10, 3, now, now + 0.01, 0.001), 3)
    check.equal(admitted("d", 10, 3, now + 100, now + 100.01, 0.001), 3)
  end,

  ["clients do not touch each other"] = function()
    local now = ngx.now()
    check.is_true(gcra.take(dict, "e", 1, 1, now))
    check.is_true(gcra.take(dict, "f", 1, 1, now))
    check.equal(gcra.take(dict, "e", 1, 1, now), false)
  end,

  ["a lock that was left behind does not stop a client for long"] = function()
    dict:add("lock:g", true, 60)
    local ok, _, unsure = gcra.take(dict, "g", 1, 1)
    check.is_true(ok)
    check.equal(unsure, "unsure")
  end,

  ["an IPv6 client is its /64"] = function()
    local a, b = ("\32\1\13\184\0\0\0\1" .. ("\0"):rep(7) .. "\1"), ("\32\1\13\184\0\0\0\1" .. ("\0"):rep(7) .. "\2")
    check.equal(gcra.client(a), gcra.client(b))
    check.equal(#gcra.client("\127\0\0\1"), 4)
  end,
}
