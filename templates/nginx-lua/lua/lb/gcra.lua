-- Rate limit: the generic cell rate algorithm (ITU-T I.371, Annex A), exact over all workers.
--
--   local allowed, retry_after = gcra.take(dict, client, 50, 100)     -- 50 a second, 100 at once
--
-- One number per key is kept: the time at which the next request would be due if all came evenly (TAT). A request that
-- comes more than `burst - 1` intervals before it is refused and changes nothing. To refuse takes one read, because the
-- TAT only grows; to admit takes a lock of a few microseconds, because a shared dict cannot compare and set.

local _M = {}

local HOLD = 0.5        -- seconds after which the lock of a worker that died inside ends
local SPINS = 16        -- a holder does not yield, so it is mostly over before these are
local NAPS = 50         -- of 1 ms each
local SLACK = 1e-6      -- seconds; far above what doubles lose, far below an interval

local function refusal(tat, now, tolerance)
  return tat - tolerance - now
end

-- true, or false and the seconds until it would be admitted. `now` is for tests.
function _M.take(dict, key, rate, burst, now)
  now = now or ngx.now()
  local interval = 1 / rate
  local tolerance = interval * (burst - 1)
  local tat = dict:get(key)
  if tat and tat > now + tolerance + SLACK then
    return false, refusal(tat, now, tolerance)
  end
  local name = "lock:" .. key
  local tries = 0
  while not dict:add(name, true, HOLD) do
    tries = tries + 1
    if tries > SPINS + NAPS then
      return true, nil, "unsure"
    elseif tries > SPINS then
      ngx.sleep(0.001)
    end
  end
  tat = dict:get(key) or now
  if tat < now then
    tat = now
  end
  local admitted = tat <= now + tolerance + SLACK
  if admitted then
    dict:set(key, tat + interval, tat + interval - now + 1)
  end
  dict:delete(name)
  if admitted then
    return true
  end
  return false, refusal(tat, now, tolerance)
end

-- What is counted as one client: an IPv4 address, or the /64 of an IPv6 one. Takes $binary_remote_addr.
function _M.client(binary)
  if #binary == 16 then
    return binary:sub(1, 8)
  end
  return binary
end

return _M
