-- Consistent hash by weighted rendezvous: each member draws a number from the key and its own name, and the highest
-- draw has the key. A member that comes or goes moves its own share of the keys and no other; a weight that changes
-- moves the difference. There is no ring to build, so a change costs nothing, and the second best is the natural retry.
-- (Thaler, Ravishankar: A name-based mapping scheme for rendezvous, 1996; weights after Schindelhauer, Schomaker, 2005.)

local bit = require "bit"

local band, bxor, lshift, rshift, tobit = bit.band, bit.bxor, bit.lshift, bit.rshift, bit.tobit
local log = math.log

local _M = {}

-- Bob Jenkins' integer hash with six shifts: every bit of the input moves every bit of the output.
local function mix(a)
  a = tobit(tobit(a + 0x7ed55d16) + lshift(a, 12))
  a = bxor(bxor(a, 0xc761c23c), rshift(a, 19))
  a = tobit(tobit(a + 0x165667b1) + lshift(a, 5))
  a = bxor(tobit(a + 0xd3a2646c), lshift(a, 9))
  a = tobit(tobit(a + 0xfd7046c5) + lshift(a, 3))
  return bxor(bxor(a, 0xb55a4f09), rshift(a, 16))
end

-- 32 bits of a text.
function _M.of(text)
  local a, b, c, d = ngx.md5_bin(text):byte(1, 4)
  return bit.bor(lshift(a, 24), lshift(b, 16), lshift(c, 8), d)
end

-- A number in (0, 1) that depends on both.
local function draw(key, seed)
  return (mix(bxor(mix(bxor(key, seed)), seed)) + 2147483648.5) / 4294967296
end

local NONE = {}

-- The member with the highest draw that is not in `tried` and has less than `limit` requests under way for each of its
-- weight, or nil. Members have `seed`, `weight` and, for a limit, `load.inflight`; below 16 there is nothing to drown in.
function _M.best(members, key, tried, limit)
  tried = tried or NONE
  local best, least
  for i = 1, #members do
    local member = members[i]
    local inflight = limit and member.load.inflight or 0
    if not tried[member] and (inflight < 16 or inflight < limit * member.weight) then
      local cost = -log(draw(key, member.seed)) / member.weight
      if not least or cost < least then
        best, least = member, cost
      end
    end
  end
  return best
end

-- A number from 0 to 9999 for a share of clients.
function _M.share(text)
  return band(mix(_M.of(text)), 0x7fffffff) % 10000
end

local NAMES = { "dn", "domain", "host", "name" }

local function plain(text)
  return (text:lower():gsub("%%2[eE]", "."):gsub("%.$", ""))
end

-- The DNS name that a request asks for in any of the dialects, in lower case and without the last dot; else its path.
function _M.name(path, query)
  if not query or query == "" then
    return path
  end
  local padded = "&" .. query
  for i = 1, #NAMES do
    local value = padded:match("&" .. NAMES[i] .. "=([^&]+)")
    if value then
      return plain(value)
    end
  end
  local bare = query:match("^[^&=]+")
  if bare and not query:find("^[^&=]+=") then
    return plain(bare)
  end
  return path
end

return _M
