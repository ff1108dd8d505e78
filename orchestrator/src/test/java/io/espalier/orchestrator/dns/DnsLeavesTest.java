package io.espalier.orchestrator.dns;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.httpdns.operate.Tallies;
import io.espalier.metrics.live.Answers;
import io.espalier.metrics.query.Budget;
import io.espalier.metrics.query.Queries;
import io.espalier.metrics.query.Query;
import io.espalier.metrics.tree.MetricTree;
import io.espalier.metrics.tree.TreeSettings;
import io.espalier.testkit.MutableClock;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class DnsLeavesTest {

    private final MutableClock clock = MutableClock.fixed();
    private final MetricTree tree = new MetricTree(TreeSettings.ofMachine(), clock);

    private String get(String key) {
        return Answers.list(new Queries(tree, Budget.USUAL).run(Query.parse(key)));
    }

    @Test
    void eachFigureReplacesTheOneBefore() {
        tree.merge(DnsLeaves.of("{\"httpdns\":{\"ratio\":{\"memory\":0.75},\"us\":{\"memory\":{\"p99\":50}}}}"));
        clock.advance(Duration.ofSeconds(10));
        tree.merge(DnsLeaves.of("{\"httpdns\":{\"ratio\":{\"memory\":0.5},\"us\":{\"memory\":{\"p99\":20}}}}"));

        assertThat(get("httpdns,ratio,memory")).isEqualTo("[{\"httpdns,ratio,memory\":0.5}]");
        assertThat(get("httpdns,us,memory,p99")).isEqualTo("[{\"httpdns,us,memory,p99\":20}]");
    }

    @Test
    void whatTheServerWritesIsRead() {
        tree.merge(DnsLeaves.of(new Tallies().tree()));

        assertThat(get("httpdns,requests,dn")).isEqualTo("[{\"httpdns,requests,dn\":0}]");
        assertThat(get("httpdns,waiting")).isEqualTo("[{\"httpdns,waiting\":0}]");
    }
}
