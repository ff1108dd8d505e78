-- A budget for retries: every request earns a part of one, a retry spends a whole one. So retries are at most that part
-- of all requests, and a tier that fails as a whole is not hit twice as hard. Each worker has its own; the sum keeps the
-- bound. `cap` is what may be saved up, and what a worker starts with.

local _M = {}
_M.__index = _M

function _M.new(ratio, cap)
  return setmetatable({ ratio = ratio, cap = cap, left = cap }, _M)
end

function _M:earn()
  self.left = math.min(self.cap, self.left + self.ratio)
end

-- Whether there is one to spend, without spending it.
function _M:has()
  return self.left >= 1
end

function _M:spend()
  if self.left < 1 then
    return false
  end
  self.left = self.left - 1
  return true
end

return _M
