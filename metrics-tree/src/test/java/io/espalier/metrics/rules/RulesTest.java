package io.espalier.metrics.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.espalier.metrics.live.Answers;
import io.espalier.metrics.query.Budget;
import io.espalier.metrics.query.Queries;
import io.espalier.metrics.query.Query;
import io.espalier.metrics.tree.Action;
import io.espalier.metrics.tree.Batch;
import io.espalier.metrics.tree.MetricTree;
import io.espalier.metrics.tree.Policy;
import io.espalier.metrics.tree.TreeSettings;
import io.espalier.testkit.MutableClock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RulesTest {
    private static final Policy ROOT = Policy.OPEN.withMaxLeaves(1000);

    @Test
    void whatALineDoesNotSayIsAsAboveIt() {
        Rules rules = Rules.parse("rules", """
                # what holds where
                br,ie   leaves=20               # its own quota
                *       ttl=7d
                br      action=max ttl=90s leaves=500
                a%2Cb%20c  children=3 ttl=never
                """);
        TreeSettings settings = rules.settings(new TreeSettings(1, ROOT, 10));
        assertThat(settings.root().ttl()).isEqualTo(Duration.ofDays(7));
        assertThat(rules.policies(settings.root()))
                .containsEntry(
                        List.of("br"), new Policy(Optional.of(Action.MAX), 1_000_000, 500, Duration.ofSeconds(90)))
                .containsEntry(
                        List.of("br", "ie"), new Policy(Optional.of(Action.MAX), 1_000_000, 20, Duration.ofSeconds(90)))
                .containsEntry(List.of("a,b c"), new Policy(Optional.empty(), 3, 1000, Duration.ZERO))
                .hasSize(3);
    }

    @Test
    void rulesHoldForWhatComesMuchLaterAndWhatIsNeverThereDoesNotShow() {
        MutableClock clock = MutableClock.fixed();
        Rules rules = Rules.parse("rules", "cpu action=max\nnet,rx leaves=2\nold ttl=10s\n");
        var tree = new MetricTree(new TreeSettings(1, ROOT, 10), clock);
        rules.apply(tree, ROOT);
        for (int i = 0; i < 100; i++) {
            clock.advance(Duration.ofHours(1));
            tree.sweep();
        }
        var batch = new Batch();
        batch.add(3, "cpu", "a");
        batch.add(2, "cpu", "a");
        batch.add(1, "net", "rx", "a");
        batch.add(1, "net", "rx", "b");
        batch.add(1, "net", "rx", "c");
        batch.add(5, "old", "x", "y");
        tree.merge(batch);
        assertThat(get(tree, "cpu")).isEqualTo("[{\"cpu,a\":3}]");
        assertThat(get(tree, "net")).contains("net,rx,~other\":1");
        clock.advance(Duration.ofSeconds(20));
        tree.sweep();
        assertThat(get(tree, "old")).isEqualTo("[{\"old,~other,y\":5}]");
    }

    private static String get(MetricTree tree, String key) {
        return Answers.list(new Queries(tree, Budget.USUAL).run(Query.parse(key)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "cpu action=averge; rules:1:12: no action named 'averge' (add, average, min, max, last, set, sketch, unique, top)",
                "cpu; rules:1:4: nothing set",
                "cpu  leaves=0; rules:1:13: '0': a whole number from 1 on",
                "cpu ttl=10; rules:1:9: '10': a time such as",
                "cpu ttl=-5s; rules:1:9: '-5s': a time",
                "br,ie* ttl=1h; rules:1:4: 'ie*': names, no patterns",
                "br,,x ttl=1h; rules:1:4: '': names",
                "cpu quota=3; rules:1:5: no setting named 'quota' (action, leaves, children, ttl)",
                "~tree ttl=1h; rules:1:1: ~tree is the tree's own",
                "a%zz ttl=1h; rules:1:1: 'a%zz': a % without",
            })
    void errorsSayFileLineAndColumn(String line, String message) {
        assertThatThrownBy(() -> Rules.parse("rules", line)).hasMessageContaining(message);
    }

    @Test
    void allErrorsAreToldAtOnce() {
        assertThatThrownBy(() -> Rules.parse("rules", "a ttl=1h\nb x\na ttl=2h\n"))
                .hasMessageContaining("rules:2:3: no setting named 'x'")
                .hasMessageContaining("rules:3:1: the same key as in line 1");
    }
}
