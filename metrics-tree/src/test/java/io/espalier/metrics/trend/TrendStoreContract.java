package io.espalier.metrics.trend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.espalier.metrics.trend.Series.Function;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every store promises. Subclasses say how one is made. */
abstract class TrendStoreContract {
    /** A full hour of yesterday: a store may refuse what is long ago or to come. */
    static final long START = Instant.now().getEpochSecond() / 86_400 * 86_400 - 86_400;

    TrendStore store;

    abstract TrendStore open() throws Exception;

    /** Until what was appended can be read. */
    abstract void settle() throws Exception;

    @BeforeEach
    void openStore() throws Exception {
        store = open();
    }

    @AfterEach
    void closeStore() {
        store.close();
    }

    void fill(int frames, IntPredicate isThere, String... keys) {
        for (int i = 0; i < frames; i++) {
            var frame = new Frame(START + i * 10L);
            for (String key : keys) {
                if (isThere.test(i)) {
                    frame.add(key, i * (double) key.length());
                }
            }
            store.append(frame);
        }
    }

    Series read(String key, Range range) {
        return store.read(List.of(key), range).getFirst();
    }

    @Test
    void pointsComeBackAsTheyWere() throws Exception {
        double[] values = {0, -0.5, 1.25, 1.25, 1000, 1001, 12345678901.0, 12345678902.0, 3.14159};
        for (int i = 0; i < values.length; i++) {
            var frame = new Frame(START + i * 10L);
            frame.add("a,b", values[i]);
            store.append(frame);
        }
        settle();
        assertThat(read("a,b", Range.of(START, START + 90, 10)).values(Function.AVG))
                .containsExactly(values);
    }

    @Test
    void aStepHoldsSumCountLeastAndGreatest() throws Exception {
        fill(24, _ -> true, "key");
        settle();
        Series series = read("key", Range.of(START, START + 240, 60));
        assertThat(series.values(Function.COUNT)).containsExactly(6, 6, 6, 6);
        assertThat(series.values(Function.SUM)).containsExactly(45, 153, 261, 369);
        assertThat(series.values(Function.MIN)).containsExactly(0, 18, 36, 54);
        assertThat(series.values(Function.MAX)).containsExactly(15, 33, 51, 69);
        assertThat(series.values(Function.AVG)).containsExactly(7.5, 25.5, 43.5, 61.5);
        assertThat(series.value(1, Function.RATE)).isCloseTo(0.3, within(1e-12));
    }

    @Test
    void gapsStayGaps() throws Exception {
        fill(12, i -> i < 3 || i > 8, "g");
        settle();
        Series series = read("g", Range.of(START, START + 120, 10));
        assertThat(series.value(2, Function.AVG)).isEqualTo(2);
        for (int i = 3; i <= 8; i++) {
            assertThat(series.value(i, Function.AVG)).isNaN();
        }
        assertThat(series.value(9, Function.AVG)).isEqualTo(9);
        assertThat(series.value(9, Function.RATE)).isCloseTo(0.1, within(1e-12));
    }

    @Test
    void namesAreThoseOfTheRangeThatBeginWithThePrefix() throws Exception {
        fill(30, i -> i < 6, "br,ie,7", "br,i(e)+.*", "br,é %2C\"x\"", "os,linux");
        fill2("br,late", 100);
        settle();
        assertThat(store.names("br,", Range.of(START, START + 60, 10)))
                .contains("br,i(e)+.*", "br,ie,7", "br,é %2C\"x\"")
                .allMatch(name -> name.startsWith("br,"))
                .isSorted();
        assertThat(store.names("", Range.of(START, START + 2000, 10))).contains("os,linux", "br,late");
        assertThat(store.names("br,i(", Range.of(START, START + 60, 10))).containsExactly("br,i(e)+.*");
        for (String key : List.of("br,i(e)+.*", "br,é %2C\"x\"")) {
            assertThat(read(key, Range.of(START, START + 60, 10)).isEmpty())
                    .as(key)
                    .isFalse();
        }
    }

    private void fill2(String key, int slot) {
        var frame = new Frame(START + slot * 10L);
        frame.add(key, 1);
        store.append(frame);
    }

    @Test
    void manySeriesAreReadTogetherInTheirOrder() throws Exception {
        var random = new Random(5);
        var keys = random.ints(0, 1_000_000)
                .distinct()
                .limit(250)
                .mapToObj(i -> "k," + i)
                .toList();
        for (int i = 0; i < 5; i++) {
            var frame = new Frame(START + i * 10L);
            for (int k = 0; k < keys.size(); k++) {
                frame.add(keys.get(k), k + i);
            }
            store.append(frame);
        }
        settle();
        List<Series> all = store.read(keys, Range.of(START, START + 50, 10));
        assertThat(all.stream().map(Series::key)).isEqualTo(keys);
        for (int k = 0; k < keys.size(); k++) {
            assertThat(all.get(k).values(Function.AVG)).containsExactly(k, k + 1, k + 2, k + 3, k + 4);
        }
    }

    @Test
    void whatIsNotThereIsEmpty() throws Exception {
        fill(3, _ -> true, "x");
        settle();
        assertThat(read("nobody", Range.of(START, START + 60, 10)).isEmpty()).isTrue();
        assertThat(read("x", Range.of(START - 3600, START, 10)).isEmpty()).isTrue();
        assertThat(store.read(List.of(), Range.of(START, START + 60, 10))).isEmpty();
    }

    @Test
    void aFrameThatIsNotNewerIsRefused() {
        fill(3, _ -> true, "x");
        var late = new Frame(START + 20);
        late.add("x", 99);
        assertThatThrownBy(() -> store.append(late))
                .isInstanceOfSatisfying(
                        TrendException.class, e -> assertThat(e.reason()).isEqualTo(TrendException.Reason.LATE));
    }
}
