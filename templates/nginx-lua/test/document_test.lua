local check = require "check"
local document = require "lb.document"

local function one(member, more)
  return '{"version":1,"tiers":{"l2":{"members":[{"name":"a","address":"10.0.0.1:80"' .. (member or "") .. '}' ..
    (more or "") .. ']}}}'
end

local function refused(text, expected)
  local read, err = document.read(text, "l2")
  check.equal(read, nil, text:sub(1, 100))
  check.is_true(err:find(expected, 1, true), "said '" .. tostring(err) .. "', expected '" .. expected .. "'")
end

return {
  ["a member has a weight of 100 and is up unless said otherwise"] = function()
    local read = assert(document.read(one(), "l2"))
    local member = read.tiers.l2.members[1]
    check.equal(read.version, 1)
    check.equal(member.weight, 100)
    check.equal(member.state, "up")
    check.equal(member.host, "10.0.0.1")
    check.equal(member.port, 80)
  end,

  ["an address may be of IPv6"] = function()
    local read = assert(document.read((one():gsub("10%.0%.0%.1:80", "[2001:db8::1]:8080")), "l2"))
    check.equal(read.tiers.l2.members[1].host, "[2001:db8::1]")
    check.equal(read.tiers.l2.members[1].port, 8080)
  end,

  ["what is wrong is named with its place"] = function()
    refused("", "document: not JSON")
    refused("[]", "version")
    refused("7", "document: expected an object")
    refused('{"version":1}', "tiers: expected an object")
    refused('{"version":1.5,"tiers":{}}', "version: expected a whole number")
    refused('{"version":-1,"tiers":{}}', "version: expected a whole number")
    refused('{"version":1e999,"tiers":{}}', "version: expected a whole number")
    refused('{"version":"1","tiers":{}}', "version: expected a whole number")
    refused('{"version":1,"tiers":{}}', "there is no 'l2'")
    refused('{"version":1,"tiers":{},"tires":{}}', "unknown key 'tires'")
    refused(one(',"wieght":1'), "tiers.l2.members[0]: unknown key 'wieght'")
    refused(one(',"weight":1001'), "tiers.l2.members[0].weight: expected a whole number from 0 to 1000")
    refused(one(',"state":"dead"'), "tiers.l2.members[0].state: expected up, drain or down")
    refused(one(',"state":null'), "tiers.l2.members[0].state")
    refused(one(',"group":"A b"'), "tiers.l2.members[0].group")
    refused(one("", ',{"name":"a","address":"10.0.0.2:80"}'), "'a' is there twice")
    refused(one("", ',{"name":"b","address":"10.0.0.1:80"}'), "10.0.0.1:80 is there twice")
    refused(one("", ',{"name":"b","address":"web2:80"}'), "expected an IP address and a port")
    refused(one("", ',{"name":"b","address":"10.0.0.256:80"}'), "expected an IP address and a port")
    refused(one("", ',{"name":"b","address":"0.0.0.0:80"}'), "expected an IP address and a port")
    refused(one("", ',{"name":"b","address":"10.0.0.1:65536"}'), "expected an IP address and a port")
    refused(one("", ',{"name":"b\\n","address":"10.0.0.2:80"}'), "tiers.l2.members[1].name")
    refused(one("", ',{"name":"b","address":7}'), "expected an IP address and a port")
    refused(one("", ',7'), "tiers.l2.members[1]: expected an object")
    refused('{"version":1,"tiers":{"l2":{"members":{"a":1}}}}', "tiers.l2.members: expected a list")
    refused(("["):rep(2000), "document: not JSON")
    refused(" " .. ("x"):rep(document.MAX_BYTES), "document: more than")
  end,

  ["a tier with nobody to send to is refused"] = function()
    refused('{"version":1,"tiers":{"l2":{"members":[]}}}', "no member is up")
    refused(one(',"state":"drain"'), "no member is up")
    refused(one(',"weight":0'), "no member is up")
    refused(one(',"group":"v2"'), "no member is up")
  end,

  ["a canary names a group that is there, and adds up"] = function()
    local both = one("", ',{"name":"b","address":"10.0.0.2:80","group":"v2"}')
    local function with(rules) return (both:gsub("%]}}}$", '],"canary":' .. rules:gsub("%%", "%%%%") .. '}}}')) end
    check.is_true(document.read(with('[{"group":"v2","header":"X-Canary","cookie":"canary","percent":2.5}]'), "l2"))
    refused(with('[{"group":"v3"}]'), "no member is in 'v3'")
    refused(with('[{"group":"v2","percent":101}]'), "a number from 0 to 100")
    refused(with('[{"group":"v2","percent":60},{"group":"v2","percent":60}]'), "more than 100 percent together")
    refused(with('[{"group":"v2","pattern":"("}]'), "are of a 'header'")
    refused(with('[{"group":"v2","header":"X","pattern":"("}]'), "not a regular expression")
    refused(with('[{"group":"v2","header":"X: y"}]'), "the name of a header")
    refused(with('[{"group":"v2","cookie":"a b"}]'), "the name of a cookie")
  end,
}
