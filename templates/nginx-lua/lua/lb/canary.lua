-- Which group of members a request belongs to. Rules are asked in their order; the first that says yes or no to a
-- request decides for its group:
--
--   header   its value is `value` or matches `pattern`; without both: "always" yes, "never" no
--   cookie   "always" yes, "never" no
--   percent  a share of clients, by a hash of the client, so that one client stays where it is; the shares of several
--            rules lie next to each other
--
-- A "no" of a header or cookie is final for its rule: it is not asked for its percent any more.

local hash = require "lb.hash"

local _M = {}

local function by_header(rule, request)
  local sent = rule.header and request.header(rule.header)
  if not sent then
    return nil
  end
  if rule.value then
    if sent == rule.value then return true end
    return nil
  end
  if rule.pattern then
    if ngx.re.find(sent, rule.pattern, "jo") then return true end
    return nil
  end
  if sent == "always" then return true end
  if sent == "never" then return false end
  return nil
end

local function by_cookie(rule, request)
  local sent = rule.cookie and request.cookie(rule.cookie)
  if sent == "always" then return true end
  if sent == "never" then return false end
  return nil
end

-- The name of a group, or nil for the main one. `request` has header(name), cookie(name) and client.
function _M.group(rules, request)
  if not rules then
    return nil
  end
  local below, share = 0, nil
  for i = 1, #rules do
    local rule = rules[i]
    local said = by_header(rule, request)
    if said == nil then
      said = by_cookie(rule, request)
    end
    if said then
      return rule.group
    end
    local percent = rule.percent or 0
    if said == nil and percent > 0 then
      share = share or hash.share("canary:" .. request.client)
      if share >= below and share < below + percent * 100 then
        return rule.group
      end
    end
    below = below + percent * 100
  end
  return nil
end

return _M
