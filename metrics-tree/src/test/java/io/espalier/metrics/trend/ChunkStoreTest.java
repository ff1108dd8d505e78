package io.espalier.metrics.trend;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.metrics.trend.Series.Function;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChunkStoreTest extends TrendStoreContract {
    /** As the real ones, but blocks are full soon and nothing is kept long. */
    private static final List<Tier.Plan> SMALL = List.of(
            new Tier.Plan(10, 3600, 30, 1, 1 << 20),
            new Tier.Plan(60, 4 * 3600, 20, 4, 1 << 20),
            new Tier.Plan(3600, 365 * 86_400L, 10, 4, 1 << 20));

    @TempDir
    Path dir;

    private final List<String> complaints = new ArrayList<>();

    @Override
    TrendStore open() throws IOException {
        return new ChunkStore(dir, SMALL, complaints::add);
    }

    @Override
    void settle() {
        // What was appended is there.
    }

    private void reopen() throws IOException {
        // Without a close, as after a kill: everything is on disk once append returned.
        store = open();
    }

    private List<Path> files(String tier, String kind) throws IOException {
        try (Stream<Path> all = Files.list(dir.resolve(tier))) {
            return all.filter(file -> file.toString().endsWith(kind)).sorted().toList();
        }
    }

    @Test
    void everyNumberThatThereIsComesBackToTheLastBit() {
        double[] values = {-0.0, 1e300, Double.MIN_VALUE, Math.PI, -Double.MAX_VALUE, Math.nextUp(Math.PI), 0.1 + 0.2};
        for (int i = 0; i < values.length; i++) {
            var frame = new Frame(START + i * 10L);
            frame.add("a", values[i]);
            store.append(frame);
        }
        assertThat(read("a", Range.of(START, START + 70, 10)).values(Function.MAX))
                .containsExactly(values);
    }

    @Test
    void afterAKillAtAnyFrameAllThatWasAppendedIsThere() throws IOException {
        var expected = new ArrayList<Double>();
        var random = new Random(1);
        for (int i = 0; i < 100; i++) {
            var frame = new Frame(START + i * 10L);
            double value = random.nextInt(3) == 0 ? random.nextGaussian() : i;
            frame.add("a", value);
            frame.add("new" + i, i);
            expected.add(value);
            store.append(frame);
            if (i % 7 == 0) {
                reopen();
            }
        }
        reopen();
        Series series = read("a", Range.of(START, START + 1000, 10));
        assertThat(series.values(Function.AVG))
                .containsExactly(expected.stream().mapToDouble(d -> d).toArray());
        Series minutes = read("a", Range.of(START, START + 960, 60));
        for (int m = 0; m < 16; m++) {
            List<Double> six = expected.subList(m * 6, m * 6 + 6);
            assertThat(minutes.value(m, Function.COUNT)).isEqualTo(6);
            assertThat(minutes.value(m, Function.MAX))
                    .isEqualTo(six.stream().mapToDouble(d -> d).max().orElseThrow());
        }
        assertThat(read("new50", Range.of(START, START + 1000, 10)).value(50, Function.AVG))
                .isEqualTo(50);
        assertThat(complaints).isEmpty();
    }

    @Test
    void aTornJournalIsCutWhereItIsTorn() throws IOException {
        fill(25, _ -> true, "a");
        store.close();
        Path journal = files("10s", ".journal").getFirst();
        byte[] bytes = Files.readAllBytes(journal);
        Files.write(journal, Arrays.copyOf(bytes, bytes.length - 3));
        reopen();
        Series series = read("a", Range.of(START, START + 250, 10));
        assertThat(series.value(23, Function.AVG)).isEqualTo(23);
        assertThat(series.value(24, Function.AVG)).isNaN();
        assertThat(complaints).singleElement().asString().contains("is cut at");
        var next = new Frame(START + 240);
        next.add("a", 7);
        store.append(next);
        reopen();
        assertThat(read("a", Range.of(START, START + 250, 10)).value(24, Function.AVG))
                .isEqualTo(7);
    }

    @Test
    void aDamagedSegmentIsLeftOutAndToldAbout() throws IOException {
        fill(95, _ -> true, "a", "b");
        store.close();
        List<Path> segments = files("10s", ".segment");
        assertThat(segments).hasSizeGreaterThanOrEqualTo(3);
        byte[] bytes = Files.readAllBytes(segments.get(1));
        bytes[12] ^= 1;
        Files.write(segments.get(1), bytes);
        Files.write(segments.get(2), Arrays.copyOf(Files.readAllBytes(segments.get(2)), 60));
        reopen();
        Series series = read("a", Range.of(START, START + 950, 10));
        assertThat(series.value(5, Function.AVG)).isEqualTo(5);
        assertThat(series.value(35, Function.AVG)).isNaN();
        assertThat(series.value(93, Function.AVG)).isEqualTo(93);
        assertThat(read("b", Range.of(START, START + 950, 10)).value(35, Function.AVG))
                .isEqualTo(35);
        assertThat(complaints).hasSize(2);
    }

    @Test
    void coarserTiersKnowWhatFinerOnesForgot() throws IOException {
        // 6 hours: the 10 s tier keeps one, the minutes four.
        fill(6 * 360, _ -> true, "a");
        long end = START + 6 * 3600;
        assertThat(files("10s", ".segment").size()).isLessThan(16);
        Series hours = read("a", Range.of(START, end, 3600));
        for (int h = 0; h < 6; h++) {
            assertThat(hours.value(h, Function.COUNT)).isEqualTo(360);
            assertThat(hours.value(h, Function.AVG)).isEqualTo(h * 360 + 179.5);
            assertThat(hours.value(h, Function.MIN)).isEqualTo(h * 360);
            assertThat(hours.value(h, Function.MAX)).isEqualTo(h * 360 + 359);
        }
        Series fine = read("a", Range.of(START, end, 10));
        assertThat(fine.value(6 * 360 - 1, Function.AVG)).isEqualTo(6 * 360 - 1);
        assertThat(fine.value(0, Function.COUNT)).as("the hour's row").isEqualTo(360);
        assertThat(store.names("", Range.of(START, START + 3600, 10))).containsExactly("a");
    }

    @Test
    void theNewestFramesShowInEveryStep() throws IOException {
        fill(3, _ -> true, "a");
        assertThat(read("a", Range.of(START, START + 3600, 3600)).value(0, Function.COUNT))
                .isEqualTo(3);
        reopen();
        assertThat(read("a", Range.of(START, START + 3600, 60)).value(0, Function.COUNT))
                .isEqualTo(3);
    }

    @Test
    void whatSeldomChangesTakesLittleRoom() throws IOException {
        var frame = new Frame(0);
        for (int i = 0; i < 29; i++) {
            frame = new Frame(START + i * 10L);
            for (int k = 0; k < 1000; k++) {
                frame.add("host" + k + ",idle", 99);
                frame.add("host" + k + ",requests", i * 1000 + k);
            }
            store.append(frame);
        }
        long bytes = Files.size(files("10s", ".journal").getFirst());
        assertThat(bytes / (29.0 * frame.size()))
                .as("bytes a point, names included")
                .isLessThan(4);
    }
}
