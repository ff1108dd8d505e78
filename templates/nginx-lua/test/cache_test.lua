local cache = require "lb.cache"
local check = require "check"
local worker = require "lb.worker"

worker.settings = { cache = { longest = 1000 } }

local function lifetime(control, more, status)
  local headers = { ["cache-control"] = control }
  for key, value in pairs(more or {}) do headers[key] = value end
  return cache.lifetime(status or 200, headers)
end

return {
  ["an explicit lifetime is kept, less the age"] = function()
    check.equal(lifetime("max-age=60"), 60)
    check.equal(lifetime("public, MAX-AGE=60"), 60)
    check.equal(lifetime("max-age=60, s-maxage=10"), 10)
    check.equal(lifetime("max-age=60", { age = "20" }), 40)
    check.equal(lifetime("max-age=99999"), 1000)
    check.equal(lifetime("max-age=60", { vary = "Accept-Encoding" }), 60)
  end,

  ["nothing else is kept"] = function()
    check.equal(lifetime(nil), nil)
    check.equal(lifetime("public"), nil)
    check.equal(lifetime("max-age=0"), nil)
    check.equal(lifetime("max-age=-1"), nil)
    check.equal(lifetime("x-max-age=60"), nil)
    check.equal(lifetime("private, max-age=60"), nil)
    check.equal(lifetime('private="x", max-age=60'), nil)
    check.equal(lifetime("no-store, max-age=60"), nil)
    check.equal(lifetime("max-age=60, no-cache"), nil)
    check.equal(lifetime("max-age=60", { ["set-cookie"] = "a=b" }), nil)
    check.equal(lifetime("max-age=60", { vary = "Cookie" }), nil)
    check.equal(lifetime("max-age=60", { vary = "*" }), nil)
    check.equal(lifetime("max-age=60", { vary = { "Accept-Encoding", "Cookie" } }), nil)
    check.equal(lifetime({ "max-age=60", "private" }), nil)
    check.equal(lifetime("max-age=60", { age = "60" }), nil)
    check.equal(lifetime("max-age=60", nil, 404), nil)
    check.equal(lifetime("max-age=60", nil, 206), nil)
  end,
}
