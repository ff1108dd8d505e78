local check = require "check"
local dns = require "lb.dns"

local QUESTION = dns.wire("www.example.com") .. "\0\1\0\1"

local function message(id, flags, answers, body)
  return string.char(math.floor(id / 256), id % 256) .. flags .. "\0\1" .. string.char(0, answers) .. "\0\0\0\0" .. QUESTION .. body
end

local A = "\192\12\0\1\0\1\0\0\0\60\0\4\10\0\0\1"
local CNAME = "\192\12\0\5\0\1\0\0\0\30\0\2\192\16"

return {
  ["a name is written label by label"] = function()
    check.equal(dns.wire("A.b"), "\1a\1b\0")
    check.equal(dns.wire("a.b."), "\1a\1b\0")
    for _, bad in ipairs({ "", ".", "a..b", ".a", ("x"):rep(64) .. ".com", ("abcdefg."):rep(40), "a b", "a\0b", "\195\164.com", "a/b" }) do
      check.equal(dns.wire(bad), nil, bad)
    end
  end,

  ["addresses are read behind a CNAME, with the smallest TTL"] = function()
    local answer = dns.parse(message(7, "\129\128", 2, CNAME .. A), 7, QUESTION, 1)
    check.equal(answer.addresses[1], "10.0.0.1")
    check.equal(#answer.addresses, 1)
    check.equal(answer.ttl, 30)
    check.equal(answer.rcode, 0)
  end,

  ["an answer to something else is none"] = function()
    check.equal(dns.parse(message(8, "\129\128", 1, A), 7, QUESTION, 1), nil)
    check.equal(dns.parse(message(7, "\1\0", 1, A), 7, QUESTION, 1), nil, "a query")
    check.equal(dns.parse(message(7, "\129\128", 1, A), 7, dns.wire("other.example.com") .. "\0\1\0\1", 1), nil)
    check.equal(dns.parse("", 7, QUESTION, 1), nil)
  end,

  ["an answer that was cut anywhere is refused or without addresses"] = function()
    local whole = message(7, "\129\128", 2, CNAME .. A)
    for length = 0, #whole - 1 do
      local answer = dns.parse(whole:sub(1, length), 7, QUESTION, 1)
      check.equal(answer, nil, "cut at " .. length)
    end
  end,

  ["a TTL with the highest bit is 0"] = function()
    local answer = dns.parse(message(7, "\129\128", 1, A:sub(1, 6) .. "\128\0\0\0" .. A:sub(11)), 7, QUESTION, 1)
    check.equal(answer.ttl, 0)
  end,
}
