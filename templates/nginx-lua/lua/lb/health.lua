-- Who is well. Actively: one worker, elected by a lease, asks every member and tells the others through a shared dict.
-- Passively: a member that failed several requests one after the other is left out for a while by all workers.

local _M = {}

local LEASE = 3         -- seconds
local REMEMBER = 30     -- seconds for which a finding holds if nobody checks any more
local AT_ONCE = 32      -- members asked at the same time

local function dict()
  return ngx.shared.lb_health
end

function _M.is_down(address)
  local d = dict()
  return d:get("down:" .. address) or d:get("out:" .. address)
end

-- up, down (by a check) or out (by its answers).
function _M.state(address)
  local d = dict()
  if d:get("down:" .. address) then
    return "down"
  end
  return d:get("out:" .. address) and "out" or "up"
end

function _M.leave_out(address, seconds)
  return dict():add("out:" .. address, true, seconds)
end

local function is_leader()
  local d, pid = dict(), ngx.worker.pid()
  if d:get("leader") == pid then
    d:set("leader", pid, LEASE)
    return true
  end
  return d:add("leader", pid, LEASE) and true or false
end

-- nil if it answered as it should, else what went wrong.
local function ask(member, check)
  local socket = ngx.socket.tcp()
  socket:settimeouts(check.timeout, check.timeout, check.timeout)
  local ok, err = socket:connect(member.host, member.port)
  if not ok then
    return err
  end
  if not check.path then
    socket:close()
    return nil
  end
  ok, err = socket:send("GET " .. check.path .. " HTTP/1.0\r\nHost: " .. check.host .. "\r\nConnection: close\r\n\r\n")
  local line
  if ok then
    line, err = socket:receive("*l")
  end
  socket:close()
  if not line then
    return err
  end
  local status = line:match("^HTTP/%d%.%d (%d%d%d)")
  if status ~= check.status then
    return "answered " .. (status or "no HTTP")
  end
  return nil
end

local function note(runs, member, check, wrong)
  local run = runs[member.address] or { good = 0, bad = 0 }
  runs[member.address] = run
  local d, key = dict(), "down:" .. member.address
  local down = d:get(key)
  if wrong then
    run.good, run.bad = 0, run.bad + 1
    if down or run.bad >= check.fall then
      d:set(key, true, REMEMBER)
      if not down then
        ngx.log(ngx.WARN, "health: ", member.name, " at ", member.address, " is down: ", wrong)
      end
    end
  else
    run.good, run.bad = run.good + 1, 0
    if down and run.good >= check.rise then
      d:delete(key)
      d:delete("out:" .. member.address)
      ngx.log(ngx.WARN, "health: ", member.name, " at ", member.address, " is up")
    end
  end
end

local function round(runs, members, check)
  for from = 1, #members, AT_ONCE do
    local threads = {}
    for i = from, math.min(#members, from + AT_ONCE - 1) do
      local member = members[i]
      if member.state ~= "down" then
        table.insert(threads, ngx.thread.spawn(function()
          note(runs, member, check, ask(member, check))
        end))
      end
    end
    for i = 1, #threads do
      ngx.thread.wait(threads[i])
    end
  end
end

-- Asks the members of `pool` every `check.every` seconds, if this worker is the one that does.
function _M.start(pool, check)
  local runs, busy = {}, false
  ngx.timer.every(check.every, function(premature)
    if premature or busy or not is_leader() then
      return
    end
    busy = true
    local ok, err = pcall(round, runs, pool.members, check)
    busy = false
    if not ok then
      ngx.log(ngx.ERR, "health: ", err)
    end
  end)
end

return _M
