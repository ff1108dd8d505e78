local check = require "check"
local lock = require "lb.lock"

local dict = ngx.shared.lb_locks

return {
  ["is held by one at a time"] = function()
    local token = lock.acquire(dict, "a", 0, 10)
    check.is_true(token)
    local second, why = lock.acquire(dict, "a", 0, 10)
    check.equal(second, nil)
    check.equal(why, "timeout")
    check.is_true(lock.release(dict, "a", token))
    check.is_true(lock.acquire(dict, "a", 0, 10))
  end,

  ["many threads take it in turn"] = function()
    local inside, most, done = 0, 0, 0
    local threads = {}
    for i = 1, 20 do
      threads[i] = ngx.thread.spawn(function()
        local token = assert(lock.acquire(dict, "b", 10, 10))
        inside = inside + 1
        most = math.max(most, inside)
        ngx.sleep(0.002)
        inside = inside - 1
        done = done + 1
        lock.release(dict, "b", token)
      end)
    end
    for i = 1, 20 do ngx.thread.wait(threads[i]) end
    check.equal(most, 1)
    check.equal(done, 20)
  end,

  ["ends by itself when its holder is gone"] = function()
    check.is_true(lock.acquire(dict, "c", 0, 0.05))
    check.is_true(lock.acquire(dict, "c", 2, 10))
  end,

  ["is not released by who held it before"] = function()
    local old = lock.acquire(dict, "d", 0, 0.02)
    local new = lock.acquire(dict, "d", 2, 10)
    check.is_true(new)
    check.equal(lock.release(dict, "d", old), false)
    check.equal(lock.acquire(dict, "d", 0, 10), nil)
    check.is_true(lock.release(dict, "d", new))
  end,
}
