package io.espalier.metrics.trend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.espalier.metrics.query.Budget;
import io.espalier.metrics.query.Queries;
import io.espalier.metrics.query.Query;
import io.espalier.metrics.query.Result;
import io.espalier.metrics.query.Value;
import io.espalier.metrics.tree.Action;
import io.espalier.metrics.tree.Batch;
import io.espalier.metrics.tree.MetricTree;
import io.espalier.metrics.tree.Policy;
import io.espalier.metrics.tree.TreeSettings;
import io.espalier.metrics.trend.Series.Function;
import io.espalier.testkit.MutableClock;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrendTest {
    @TempDir
    Path dir;

    private final MutableClock clock = MutableClock.fixed();
    private final long start = clock.instant().getEpochSecond();
    private final MetricTree tree = new MetricTree(new TreeSettings(4, Policy.OPEN, 100), clock);
    private Trend trend;

    @BeforeEach
    void open() throws IOException {
        trend = trend(1000);
    }

    private Trend trend(int most) throws IOException {
        return new Trend(tree, new ChunkStore(dir.resolve("trend" + most), _ -> {}), most, clock);
    }

    @AfterEach
    void close() {
        trend.close();
    }

    private void merge(Action action, double value, String... path) {
        var batch = new Batch();
        batch.hint(action);
        batch.add(value, path);
        tree.merge(batch);
    }

    private void tick() {
        trend.sample();
        clock.advance(Duration.ofSeconds(10));
    }

    private double[] values(String key) {
        List<Series> series =
                trend.read(Query.parse(key), Range.of(start, clock.instant().getEpochSecond(), 10));
        assertThat(series).as(key).hasSize(1);
        return series.getFirst().values(Function.AVG);
    }

    @Test
    void totalsAreToldAsTheyAreAndAveragesAsOfTheStep() {
        merge(Action.AVERAGE, 1000, "cpu", "idle");
        tick();
        for (int i = 1; i <= 3; i++) {
            merge(Action.ADD, 2, "hits");
            merge(Action.AVERAGE, i * 10, "cpu", "idle");
            merge(Action.AVERAGE, i * 10 + 2, "cpu", "idle");
            tick();
        }
        assertThat(values("hits")).containsExactly(Double.NaN, 2, 4, 6);
        assertThat(values("cpu,idle")).containsExactly(Double.NaN, 11, 21, 31);
    }

    @Test
    void distributionsAreToldAsOfTheStep() {
        tick();
        for (double middle : new double[] {10, 500}) {
            for (int i = 0; i < 1000; i++) {
                merge(Action.SKETCH, middle, "time", "request");
            }
            tick();
        }
        assertThat(values("time,request")[2]).isCloseTo(500, within(0.001));
        assertThat(values("time,request|p50")[1]).isCloseTo(10, within(0.1));
        assertThat(values("time,request|p99")[2]).isCloseTo(500, within(5.0));
        assertThat(values("time,*|p99")[2]).isCloseTo(500, within(5.0));
    }

    @Test
    void wildcardsAndReducersAnswerAsTheTreeDoes() {
        merge(Action.ADD, 0.125, "ip1", "cpu");
        merge(Action.ADD, 120, "ip1", "net");
        merge(Action.ADD, 0.375, "ip2", "cpu");
        merge(Action.ADD, 10, "ip2", "net");
        merge(Action.ADD, 0.25, "ip3", "cpu0");
        merge(Action.ADD, 0.5, "ip3", "cpu1");
        merge(Action.ADD, 5, "ip3", "deep", "er");
        tick();
        var queries = new Queries(tree, Budget.USUAL);
        for (String key : List.of(
                "ip*|list,cpu*|avg",
                "*|sum,net",
                "ip*|avg,cpu*|avg",
                "ip3",
                "*,cpu*",
                ",net",
                "ip*|max,cpu*|count",
                "ip?|min,*|sum",
                "ip1,net,x",
                "ip3,deep",
                "ip3|sum",
                "*",
                "")) {
            List<String> live =
                    queries.run(Query.parse(key)).stream().map(TrendTest::line).toList();
            List<String> kept = trend.read(Query.parse(key), Range.of(start, start + 10, 10)).stream()
                    .map(series -> series.key() + " " + series.value(0, Function.AVG))
                    .toList();
            assertThat(kept).as(key).isEqualTo(live);
        }
    }

    private static String line(Result result) {
        return result.key() + " " + (result.value() instanceof Value.Scalar(double number) ? number : Double.NaN);
    }

    @Test
    void leavesBeyondTheLimitAreCounted() throws IOException {
        try (Trend few = trend(3)) {
            for (int i = 0; i < 5; i++) {
                merge(Action.ADD, i, "n" + i);
            }
            few.sample();
            assertThat(new Queries(tree, Budget.USUAL).run(Query.parse("~tree,trend,skipped")))
                    .containsExactly(new Result("~tree,trend,skipped", new Value.Scalar(2)));
        }
    }

    @Test
    void lookingThatTakesTooLongIsDoneLessOftenAndSaysSo() {
        took(0.1);
        assertThat(step()).isEqualTo(10);
        took(6);
        took(11);
        assertThat(step()).isEqualTo(40);
        for (int i = 0; i < 12; i++) {
            took(1);
        }
        assertThat(step()).isEqualTo(10);
        for (int i = 0; i < 20; i++) {
            took(1e6);
        }
        assertThat(step()).isEqualTo(320);
        assertThat(new Pace(10, 40, 0).next(1_000_003)).isEqualTo(1_000_040);
    }

    private void took(double seconds) {
        trend.took(seconds);
        clock.advance(Duration.ofSeconds(10));
    }

    private double step() {
        return ((Value.Scalar) new Queries(tree, Budget.USUAL)
                        .run(Query.parse("~tree,trend,step"))
                        .getFirst()
                        .value())
                .value();
    }

    @Test
    void anOldFrameIsRefusedAndTheNextOneTaken() {
        merge(Action.ADD, 1, "a");
        tick();
        clock.advance(Duration.ofSeconds(-60));
        assertThatThrownBy(this::tick).isInstanceOf(TrendException.class);
        clock.advance(Duration.ofSeconds(60));
        tick();
        assertThat(values("a")).containsExactly(1, 1);
    }
}
