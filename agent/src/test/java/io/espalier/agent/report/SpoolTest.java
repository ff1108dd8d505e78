package io.espalier.agent.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.agent.fs.FsException;
import io.espalier.agent.testing.MemoryFs;
import io.espalier.protocol.wire.Report;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class SpoolTest {

    private static final Instant NOW = Instant.parse("2026-11-20T10:00:00Z");
    private static final int ALL = 64 << 20;

    private static Report report(int number, int size) {
        return new Report(
                Report.Kind.JOB, NOW.plusSeconds(number), "{\"n\":" + number + ",\"x\":\"" + "x".repeat(size) + "\"}");
    }

    private static List<Integer> numbers(Spool.Batch batch) {
        return batch.reports().stream()
                .map(report -> Integer.parseInt(report.body().replaceAll("\\{\"n\":(\\d+),.*", "$1")))
                .toList();
    }

    private static Spool open(MemoryFs fs, String id) {
        return Spool.open(fs, "/reports", id, Spool.MAX_BYTES);
    }

    @Test
    void reportsComeInOrderUntilTheyAreTaken() {
        Spool spool = open(new MemoryFs(), "a");
        for (int i = 1; i <= 5; i++) {
            spool.add(report(i, 10), false);
        }
        Spool.Batch first = spool.collect("", 0, ALL);
        assertThat(numbers(first)).containsExactly(1, 2, 3, 4, 5);
        assertThat(numbers(spool.collect("", 0, ALL))).as("nobody took them").hasSize(5);
        spool.add(report(6, 10), false);
        assertThat(numbers(spool.collect("a", first.last(), ALL))).containsExactly(6);
        assertThat(spool.collect("a", 6, ALL).reports()).isEmpty();
    }

    @Test
    void batchIsBoundedAndSaysHowManyWait() {
        Spool spool = open(new MemoryFs(), "a");
        for (int i = 1; i <= 10; i++) {
            spool.add(report(i, 1_000), false);
        }
        Spool.Batch batch = spool.collect("", 0, 3_500);
        assertThat(numbers(batch)).containsExactly(1, 2, 3);
        assertThat(batch.waiting()).isEqualTo(7);
        assertThat(numbers(spool.collect("a", batch.last(), 10)))
                .as("at least one")
                .containsExactly(4);
    }

    @Test
    void whatWasTakenOfAnotherRowIsNotBelieved() {
        Spool spool = open(new MemoryFs(), "a");
        spool.add(report(1, 10), false);
        assertThat(numbers(spool.collect("b", 1, ALL))).containsExactly(1);
        assertThat(numbers(spool.collect("a", 99, ALL)))
                .as("more than there ever were")
                .containsExactly(1);
    }

    @Test
    void nextProcessGoesOnWhereTheOneBeforeWasKilled() {
        var fs = new MemoryFs();
        Spool before = open(fs, "a");
        for (int i = 1; i <= 3; i++) {
            before.add(report(i, 10), false);
        }
        before.collect("a", 2, ALL);
        Spool after = open(fs, "b");
        after.add(report(4, 10), false);
        assertThat(numbers(after.collect("", 0, ALL))).containsExactly(3, 4);
    }

    @Test
    void takenReportsLeaveTheDisk() throws FsException {
        var fs = new MemoryFs();
        Spool spool = open(fs, "a");
        for (int i = 1; i <= 100; i++) {
            spool.add(report(i, 8_000), false);
            spool.collect("a", i, ALL);
        }
        assertThat(fs.list("/reports")).hasSizeLessThanOrEqualTo(2);
    }

    @Test
    void oldestAreGivenUpAndCountedWhenThereIsNoRoom() throws FsException {
        var fs = new MemoryFs();
        Spool spool = Spool.open(fs, "/reports", "a", 256 << 10);
        for (int i = 1; i <= 100; i++) {
            spool.add(report(i, 8_000), false);
        }
        Spool.Batch batch = spool.collect("", 0, ALL);
        assertThat(numbers(batch)).endsWith(99, 100).isSorted();
        assertThat(batch.dropped()).isEqualTo(100 - batch.reports().size()).isPositive();
        long size = 0;
        for (String name : fs.list("/reports")) {
            size += fs.look("/reports/" + name).orElseThrow().size();
        }
        assertThat(size).isLessThanOrEqualTo(256 << 10);
        assertThat(open(fs, "b").collect("", 0, ALL).dropped()).isEqualTo(batch.dropped());
    }

    @Test
    void fullDiskLosesAndCountsAndItGoesOnWhenThereIsRoom() {
        var fs = new MemoryFs();
        Spool spool = open(fs, "a");
        spool.add(report(1, 10), false);
        fs.hook(change -> {
            if (change.startsWith("append")) {
                throw new FsException(FsException.Kind.NO_SPACE, change + ": no space left");
            }
            return true;
        });
        spool.add(report(2, 10), true);
        fs.hook(_ -> true);
        spool.add(report(3, 10), true);
        Spool.Batch batch = spool.collect("", 0, ALL);
        assertThat(numbers(batch)).containsExactly(1, 3);
        assertThat(batch.dropped()).isEqualTo(1);
    }

    @Test
    void garbageInTheFolderHurtsNobody() {
        var fs = new MemoryFs();
        fs.putFolder("/reports");
        fs.put("/reports/0000000000000007", "garbage that is no record at all", 0600);
        fs.put("/reports/note", "not ours", 0600);
        fs.putFolder("/reports/0000000000000009");
        Spool spool = open(fs, "a");
        spool.add(report(1, 10), true);
        assertThat(numbers(spool.collect("", 0, ALL))).containsExactly(1);
    }

    @Test
    void stoppedAnywhereNothingThatWasSyncedIsLostAndNothingIsTornOrTwice() {
        assertEverywhere(Spool.MAX_BYTES, true);
    }

    @Test
    void stoppedAnywhereWhileOldReportsAreGivenUpTheNewestAreThere() {
        assertEverywhere(256 << 10, false);
    }

    /** What the scenario below had finished when the machine stopped. */
    private static final class Done {
        final List<Integer> added = new ArrayList<>();
        final List<Integer> durable = new ArrayList<>();
        int taken;
    }

    private static void scenario(MemoryFs fs, long maxBytes, boolean takes, Done done) {
        Spool spool = Spool.open(fs, "/reports", "a", maxBytes);
        for (int i = 1; i <= 60; i++) {
            boolean durably = i % 3 == 0;
            spool.add(report(i, 8_000), durably);
            done.added.add(i);
            if (durably) {
                done.durable.add(i);
            }
            if (takes && i % 7 == 0) {
                done.taken = i - 2;
                spool.collect("a", i - 2, ALL);
            }
        }
    }

    private static void assertEverywhere(long maxBytes, boolean takes) {
        var counter = new MemoryFs.Counter(_ -> {});
        var counted = new MemoryFs();
        counted.hook(counter);
        scenario(counted, maxBytes, takes, new Done());
        assertThat(counter.count()).isGreaterThan(60);
        for (int stop = 1; stop <= counter.count(); stop++) {
            int at = stop;
            for (int fate = 0; fate < 5; fate++) {
                var random = new Random(31L * stop + fate);
                int which = fate;
                Function<MemoryFs, MemoryFs> end = fs -> switch (which) {
                    case 0 -> fs.copy(); // the process is killed: the kernel loses nothing
                    case 1 -> fs.afterPowerCut(_ -> 0);
                    case 2 -> fs.afterPowerCut(choices -> choices - 1);
                    default -> fs.afterPowerCut(random::nextInt);
                };
                assertRecovers(maxBytes, takes, at, end, fate == 0);
            }
        }
    }

    private static void assertRecovers(
            long maxBytes, boolean takes, int stop, Function<MemoryFs, MemoryFs> end, boolean killed) {
        var fs = new MemoryFs();
        var done = new Done();
        int[] changes = {0};
        fs.hook(_ -> {
            if (++changes[0] == stop) {
                throw new MemoryFs.PowerCut();
            }
            return true;
        });
        try {
            scenario(fs, maxBytes, takes, done);
        } catch (MemoryFs.PowerCut stopped) {
            assertThat(changes[0]).isEqualTo(stop);
        }
        fs.hook(_ -> true);
        MemoryFs left = end.apply(fs);
        left.hook(_ -> true);
        Spool after = Spool.open(left, "/reports", "b", maxBytes);
        after.add(report(1_000, 10), true);
        List<Integer> found = numbers(after.collect("", 0, ALL));
        assertThat(found).isSorted().doesNotHaveDuplicates().endsWith(1_000);
        List<Integer> expected = killed ? done.added : done.durable;
        if (takes) {
            assertThat(found)
                    .containsAll(expected.stream()
                            .filter(number -> number > done.taken)
                            .toList());
        } else {
            assertThat(found).containsAll(expected.subList(Math.max(0, expected.size() - 3), expected.size()));
        }
    }

    @Test
    void whileNobodyComesTheSameIsKeptSeldomAndWhatHappenedAlways() {
        Spool spool = open(new MemoryFs(), "a");
        var reports = new Reports(spool);
        Instant at = NOW;
        for (int i = 0; i < 360; i++) { // an hour
            reports.is(new Report(Report.Kind.SYSINFO, at, "{\"n\":1,\"x\":\"\"}"));
            if (i % 60 == 0) {
                reports.happened(new Report(Report.Kind.JOB, at, "{\"n\":2,\"x\":\"\"}"));
            }
            at = at.plus(Duration.ofSeconds(10));
        }
        List<Integer> kept = numbers(spool.collect("", 0, ALL));
        assertThat(kept.stream().filter(number -> number == 2)).hasSize(6);
        assertThat(kept.stream().filter(number -> number == 1)).hasSizeBetween(65, 75);
    }
}
