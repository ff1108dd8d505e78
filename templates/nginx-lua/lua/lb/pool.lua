-- What this worker knows of the members: the document it last took, who is well, and how many requests of this worker
-- each has. A new document changes the lists and keeps the counts.

local canary = require "lb.canary"
local document = require "lb.document"
local hash = require "lb.hash"
local peers = require "lb.peers"

local _M = {}
_M.__index = _M

local MAIN = ""

function _M.new(settings)
  return setmetatable({
    tier = settings.tier,
    choice = settings.choice,
    panic = settings.panic,
    spread = settings.spread,
    load = {},           -- by address: inflight, failures one after the other
    members = {},
    groups = {},
    version = nil,
    checksum = nil,
  }, _M)
end

local function counts(self, address)
  local load = self.load[address]
  if not load then
    load = { inflight = 0, failed = 0 }
    self.load[address] = load
  end
  return load
end

-- Takes the document if it is another one than last time.
function _M:sync()
  local version, checksum = peers.version(), peers.checksum()
  if version == self.version and checksum == self.checksum then
    return false
  end
  local read, err = document.read(peers.text(), self.tier)
  if not read then
    ngx.log(ngx.ERR, "peers: version ", version, " is not taken: ", err)
    return false
  end
  local known = {}
  self.members = {}
  for i, member in ipairs(read.tiers[self.tier].members) do
    member.load = counts(self, member.address)
    member.seed = hash.of(member.name)
    known[member.address] = true
    self.members[i] = member
  end
  for address, load in pairs(self.load) do
    if not known[address] and load.inflight == 0 then
      self.load[address] = nil
    end
  end
  self.rules = #read.tiers[self.tier].canary > 0 and read.tiers[self.tier].canary or nil
  self.version, self.checksum = read.version, checksum
  self:regroup()
  return true
end

-- Notes who is well: `is_down(address)`.
function _M:refresh(is_down)
  local changed = false
  for i = 1, #self.members do
    local member = self.members[i]
    local down = is_down(member.address) and true or false
    if down ~= (member.unwell or false) then
      member.unwell = down
      changed = true
    end
  end
  if changed then
    self:regroup()
  end
end

-- The members of each group that take requests. With too few of them well, the checks are more likely wrong than the
-- members are all dead, and every member that is up takes requests.
function _M:regroup()
  local up, well = {}, {}
  for i = 1, #self.members do
    local member = self.members[i]
    if member.state == "up" and member.weight > 0 then
      local group = member.group or MAIN
      up[group] = up[group] or {}
      well[group] = well[group] or {}
      table.insert(up[group], member)
      if not member.unwell then
        table.insert(well[group], member)
      end
    end
  end
  self.panicking = false
  for group, all in pairs(up) do
    local few = #well[group] == 0 or #well[group] * 100 < #all * self.panic
    if few and group == MAIN then
      well[group] = all
      self.panicking = true
    elseif few then
      well[group] = nil -- a canary that is unwell gives its share back
    end
  end
  self.groups = well
end

function _M:group(request)
  local name = canary.group(self.rules, request)
  if name and self.groups[name] then
    return name
  end
  return nil
end

-- Bounded load (Mirrokni, Thorup, Zadimoghaddam: Consistent hashing with bounded loads, 2016): nobody has more than
-- `spread` percent of the average, so that one hot name does not drown one member. Only this worker's requests count:
-- its share of the load is like the others'.
local function by_hash(self, members, key, tried)
  local total, weights = 1, 0
  for i = 1, #members do
    total = total + members[i].load.inflight
    weights = weights + members[i].weight
  end
  return hash.best(members, key, tried, self.spread / 100 * total / weights) or hash.best(members, key, tried)
end

local function one_by_weight(members, tried, other)
  local sum = 0
  for i = 1, #members do
    local member = members[i]
    if not tried[member] and member ~= other then
      sum = sum + member.weight
    end
  end
  local at = math.random() * sum
  for i = 1, #members do
    local member = members[i]
    if not tried[member] and member ~= other then
      at = at - member.weight
      if at < 0 then
        return member
      end
    end
  end
  return nil
end

-- Of two drawn by weight the one with less to do: near to the best choice, and workers that do not talk to each other
-- do not all run to the same one (Mitzenmacher: The power of two choices, 2001).
local function by_load(members, tried)
  local one = one_by_weight(members, tried, nil)
  local other = one and one_by_weight(members, tried, one)
  if other and other.load.inflight / other.weight < one.load.inflight / one.weight then
    return other
  end
  return one
end

local function pick(self, group, key, tried)
  local members = self.groups[group or MAIN]
  if not members then
    return nil
  elseif self.choice == "hash" then
    return by_hash(self, members, key, tried)
  end
  return by_load(members, tried)
end

local NOBODY = {}

-- A member that was not tried yet, of the main group if its own has none. If there is no other, one that was tried:
-- most often it has only closed an idle connection at the wrong moment, as a reload does. Nil if nobody is up.
function _M:pick(group, key, tried)
  return group and pick(self, group, key, tried) or pick(self, nil, key, tried) or pick(self, nil, key, NOBODY)
end

return _M
