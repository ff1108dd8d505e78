local budget = require "lb.budget"
local check = require "check"

return {
  ["starts full and ends at nothing"] = function()
    local b = budget.new(0.1, 3)
    check.is_true(b:spend() and b:spend() and b:spend())
    check.equal(b:spend(), false)
    check.equal(b:has(), false)
  end,

  ["ten requests earn one retry"] = function()
    local b = budget.new(0.1, 1)
    b:spend()
    for _ = 1, 9 do b:earn() end
    check.equal(b:has(), false)
    b:earn()
    b:earn()
    check.equal(b:spend(), true)
    check.equal(b:spend(), false)
  end,

  ["saves up no more than its cap"] = function()
    local b = budget.new(0.1, 2)
    for _ = 1, 1000 do b:earn() end
    check.is_true(b:spend() and b:spend())
    check.equal(b:spend(), false)
  end,
}
