-- Runs the tests of one file: a table of names and functions. Writes "ok NAME" or "not ok NAME: MESSAGE" for each.

local _M = {}

function _M.equal(actual, expected, what)
  if actual ~= expected then
    error((what and what .. ": " or "") .. "got " .. tostring(actual) .. ", expected " .. tostring(expected), 2)
  end
end

function _M.near(actual, expected, by, what)
  if math.abs(actual - expected) > by then
    error((what and what .. ": " or "") .. "got " .. tostring(actual) .. ", expected " .. expected .. " +- " .. by, 2)
  end
end

function _M.is_true(value, what)
  if not value then
    error(what or "not true", 2)
  end
end

function _M.run(name, folder)
  for _, dict in pairs(ngx.shared) do
    dict:flush_all()
  end
  _M.folder = folder
  local tests = require(name)
  local names = {}
  for each in pairs(tests) do
    table.insert(names, each)
  end
  table.sort(names)
  for _, each in ipairs(names) do
    local ok, err = pcall(tests[each])
    ngx.say(ok and "ok " or "not ok ", each, ok and "" or ": " .. tostring(err):gsub("\n", " "))
  end
end

return _M
