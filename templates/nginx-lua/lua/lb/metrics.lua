-- Counters and gauges. Counters are kept in the worker and added to a shared dict a few times a second: a request costs
-- no lock. They survive a reload, not a restart.

local _M = {}

local pending = {}

local function dict()
  return ngx.shared.lb_metrics
end

-- A series is a name and at most two labels with their values.
local function series(name, label, value, label2, value2)
  if not label then
    return name
  end
  if not label2 then
    return name .. '{' .. label .. '="' .. value .. '"}'
  end
  return name .. '{' .. label .. '="' .. value .. '",' .. label2 .. '="' .. value2 .. '"}'
end

local names = {}

function _M.add(by, name, label, value, label2, value2)
  local key
  if not label2 then -- the frequent ones are put together once
    local values = names[name]
    if not values then
      values = {}
      names[name] = values
    end
    key = values[value or ""]
    if not key then
      key = series(name, label, value)
      values[value or ""] = key
    end
  else
    key = series(name, label, value, label2, value2)
  end
  pending[key] = (pending[key] or 0) + by
end

function _M.flush()
  local d = dict()
  for key, by in pairs(pending) do
    if by ~= 0 then
      local now, err = d:incr(key, by, 0)
      if now then
        pending[key] = 0
      else
        ngx.log(ngx.ERR, "metrics: ", err)
      end
    end
  end
end

-- All series, sorted, with more of the moment: { { "name{...}", number }, ... }
function _M.all(gauges)
  _M.flush()
  local all = {}
  for _, key in ipairs(dict():get_keys(10000)) do
    local value = dict():get(key)
    if value then
      table.insert(all, { key, value })
    end
  end
  for _, gauge in ipairs(gauges or {}) do
    table.insert(all, { series(gauge[2], gauge[3], gauge[4], gauge[5], gauge[6]), gauge[1] })
  end
  table.sort(all, function(a, b) return a[1] < b[1] end)
  return all
end

-- The text format of Prometheus, version 0.0.4.
function _M.prometheus(all)
  local lines, last = {}, nil
  for _, each in ipairs(all) do
    local name = each[1]:match("^[%w_]+")
    if name ~= last then
      table.insert(lines, "# TYPE " .. name .. " " .. (name:find("_total$") and "counter" or "gauge"))
      last = name
    end
    table.insert(lines, each[1] .. " " .. string.format("%.14g", each[2]))
  end
  return table.concat(lines, "\n") .. "\n"
end

-- The same as an object for the metrics tree: lb_requests_total{status="2xx"} is lb > requests > 2xx.
function _M.tree(all)
  local root = {}
  for _, each in ipairs(all) do
    local node, path = root, {}
    local name, labels = each[1]:match("^([%w_]+)(.*)$")
    table.insert(path, (name:gsub("^lb_", ""):gsub("_total$", "")))
    for value in labels:gmatch('="([^"]*)"') do
      table.insert(path, value)
    end
    for i = 1, #path - 1 do
      if type(node[path[i]]) ~= "table" then
        node[path[i]] = {}
      end
      node = node[path[i]]
    end
    node[path[#path]] = each[2]
  end
  return { lb = root }
end

return _M
