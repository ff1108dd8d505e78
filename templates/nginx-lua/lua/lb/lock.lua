-- A lock between workers: a key of a shared dict that only one of them can add.
--
--   local token = lock.acquire(dict, "name", 2, 10)    -- waits at most 2 s; held for at most 10 s
--   if token then ... lock.release(dict, "name", token) end
--
-- The holder may die: then the lock ends by itself after `hold`. Therefore `hold` must be well above what the work can
-- take, or two would work at once. Waiting yields (ngx.sleep), so only phases that may yield can wait.

local _M = {}

local MAX_STEP = 0.05
local counter = 0

function _M.acquire(dict, name, wait, hold)
  counter = counter + 1
  local token = ngx.worker.pid() .. ":" .. counter
  local waited, step = 0, 0.001
  while true do
    local added, err = dict:add(name, token, hold)
    if added then
      return token
    end
    if err ~= "exists" then
      return nil, err
    end
    if waited >= wait then
      return nil, "timeout"
    end
    step = math.min(step, wait - waited)
    ngx.sleep(step)
    waited = waited + step
    step = math.min(step * 2, MAX_STEP)
  end
end

function _M.release(dict, name, token)
  if dict:get(name) == token then
    dict:delete(name)
    return true
  end
  return false
end

return _M
