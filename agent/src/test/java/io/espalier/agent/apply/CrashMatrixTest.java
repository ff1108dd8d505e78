package io.espalier.agent.apply;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.agent.apply.CrashWorld.Life;
import io.espalier.agent.apply.CrashWorld.Story;
import io.espalier.agent.testing.MemoryFs;
import io.espalier.agent.testing.MemoryFs.Fate;
import io.espalier.agent.testing.MemoryFs.PowerCut;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Predicate;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The apply is cut off before every single change that it makes to the disk, and so is every recovery. After each, the
 * host is wholly on the old or wholly on the new release.
 */
class CrashMatrixTest {

    private static final int RANDOM_DISKS = 6;
    /** One in so many recoveries of recoveries is also asked to go on to a further release. */
    private static final int GO_ON = 16;

    /** How a machine stops. */
    private record End(String name, boolean reboot, Fate fate) {}

    private final List<String> troubles = new ArrayList<>();
    private int disks = RANDOM_DISKS;
    private int points;
    private int recoveries;

    @ParameterizedTest
    @EnumSource(Story.class)
    void hostIsOnOneReleaseWhereverTheApplyStops(Story story) throws IOException {
        kill(story, _ -> true, false);
        System.out.println(
                "crash matrix " + story + ": " + points + " kill points, " + recoveries + " recoveries checked");
        assertThat(troubles).isEmpty();
        assertThat(points).isGreaterThan(story == Story.SAME_AGAIN || story == Story.REFUSED_BY_VALIDATE ? 5 : 60);
    }

    @Test
    void hostIsOnOneReleaseWhereverTheRecoveryStops() throws IOException {
        stopRecoveries(Story.COMMITS, 1);
    }

    @ParameterizedTest
    @EnumSource(
            value = Story.class,
            names = {"COMMITS", "UNHEALTHY", "NOT_CONFIRMED"})
    @Tag("long")
    void hostIsOnOneReleaseWhereverTheRecoveryStopsOnManyDisks(Story story) throws IOException {
        stopRecoveries(story, RANDOM_DISKS);
    }

    private void stopRecoveries(Story story, int randomDisks) throws IOException {
        disks = randomDisks;
        kill(story, _ -> true, true);
        System.out.println("crash matrix " + story + " with crashes in recovery: " + points + " kill points, "
                + recoveries + " recoveries checked");
        assertThat(troubles).isEmpty();
        assertThat(points).isGreaterThan(1_000);
    }

    @Test
    void droppedSyncsAreNoticed() throws IOException {
        for (String dropped :
                List.of("sync file system of ", "sync folder ", "sync " + "/var/lib/espalier-agent/journal")) {
            troubles.clear();
            kill(Story.COMMITS, change -> !change.startsWith(dropped), false);
            assertThat(troubles).as("an agent that leaves out `%s`", dropped).isNotEmpty();
        }
    }

    @Test
    void renamingBeforeWritingDownIsNoticed() throws IOException {
        kill(Story.COMMITS, change -> !change.startsWith("append "), false);
        assertThat(troubles).as("an agent that writes no journal").isNotEmpty();
    }

    private void kill(Story story, Predicate<String> isDone, boolean alsoInRecovery) throws IOException {
        var world = new CrashWorld(story);
        for (int point = 0; ; point++) {
            Life life = world.firstLife();
            boolean survived = runUntil(life, point, isDone, life::tell);
            points++;
            for (End end : ends(point)) {
                MemoryFs disk = end.reboot() ? life.disk.afterPowerCut(end.fate()) : life.disk.copy();
                String where = story + ", stopped before change " + point + ", " + end.name();
                if (alsoInRecovery) {
                    killRecovery(world, life, disk, end, isDone, where);
                } else {
                    recover(world, end.reboot() ? world.new Life(disk) : world.new Life(disk, life), life, where);
                }
                if (troubles.size() > 20) {
                    return;
                }
            }
            if (survived) {
                return;
            }
        }
    }

    private void killRecovery(
            CrashWorld world, Life before, MemoryFs disk, End end, Predicate<String> isDone, String where)
            throws IOException {
        for (int point = 0; ; point++) {
            MemoryFs copy = disk.copy();
            Life second = end.reboot() ? world.new Life(copy) : world.new Life(copy, before);
            boolean survived = runUntil(second, point, isDone, second::boot);
            points++;
            if (survived) {
                return;
            }
            int seed = point;
            var random = new Random(seed);
            MemoryFs third = second.disk.afterPowerCut(random::nextInt);
            recover(
                    world,
                    world.new Life(third),
                    before,
                    where + ", recovery stopped before change " + point + " by power cut");
            recover(
                    world,
                    world.new Life(second.disk.copy(), second),
                    before,
                    where + ", recovery stopped before change " + point + " by kill");
        }
    }

    private void recover(CrashWorld world, Life next, Life before, String where) {
        recoveries++;
        try {
            next.boot();
            Optional<String> trouble = next.trouble(before.told);
            if (trouble.isEmpty() && next.awaits()) {
                var later = new Random(1);
                world.clock.advance(CrashWorld.CONFIRM);
                Life last = world.new Life(next.disk.afterPowerCut(later::nextInt));
                last.boot();
                trouble = last.trouble(Optional.empty());
                if (trouble.isEmpty()
                        && !last.disk.tree("/var/lib/espalier-agent").equals(world.before)) {
                    trouble = Optional.of("not confirmed, and not taken back");
                }
                world.clock.advance(CrashWorld.CONFIRM.negated());
                next = last;
            }
            if (trouble.isEmpty() && (!where.contains("recovery") || recoveries % GO_ON == 0)) {
                trouble = next.troubleLater();
            }
            trouble.ifPresent(text -> troubles.add(where + ": " + text));
        } catch (IOException | RuntimeException e) {
            troubles.add(where + ": " + e);
        }
    }

    private interface Action {
        void run() throws IOException;
    }

    /** @return whether it came to its end before the change with this number */
    private static boolean runUntil(Life life, int point, Predicate<String> isDone, Action action) throws IOException {
        int[] count = {0};
        life.disk.hook(change -> {
            if (count[0]++ == point) {
                throw new PowerCut();
            }
            return isDone.test(change);
        });
        try {
            action.run();
            return true;
        } catch (PowerCut cut) {
            return false;
        } finally {
            life.disk.hook(_ -> true);
        }
    }

    private List<End> ends(int point) {
        var ends = new ArrayList<End>();
        ends.add(new End("killed", false, choices -> choices - 1));
        ends.add(new End("power cut, all that was not synced is lost", true, _ -> 0));
        ends.add(new End("power cut, all is there", true, choices -> choices - 1));
        for (int i = 0; i < disks; i++) {
            long seed = 1_000L * point + i;
            var random = new Random(seed);
            ends.add(new End("power cut with seed " + seed, true, random::nextInt));
        }
        return ends;
    }
}
