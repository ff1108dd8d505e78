local check = require "check"
local metrics = require "lb.metrics"

return {
  ["counters add up over flushes and are told in both forms"] = function()
    metrics.add(2, "lb_test_total", "status", "2xx")
    metrics.flush()
    metrics.add(3, "lb_test_total", "status", "2xx")
    metrics.add(1, "lb_alone_total")
    local all = metrics.all({ { 4, "lb_peer_weight", "peer", "a" } })
    local text = metrics.prometheus(all)
    check.is_true(text:find('# TYPE lb_test_total counter\nlb_test_total{status="2xx"} 5\n', 1, true), text)
    check.is_true(text:find("lb_alone_total 1\n", 1, true), text)
    check.is_true(text:find('# TYPE lb_peer_weight gauge\nlb_peer_weight{peer="a"} 4\n', 1, true), text)
    local tree = metrics.tree(all).lb
    check.equal(tree.test["2xx"], 5)
    check.equal(tree.alone, 1)
    check.equal(tree.peer_weight.a, 4)
  end,
}
