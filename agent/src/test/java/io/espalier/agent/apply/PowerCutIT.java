package io.espalier.agent.apply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.espalier.agent.fs.BeneathFs;
import io.espalier.agent.testing.HookedFs;
import io.espalier.agent.testing.Linux;
import io.espalier.agent.testing.Machine;
import io.espalier.agent.testing.MemoryFs.Hook;
import io.espalier.agent.testing.MemoryFs.PowerCut;
import io.espalier.protocol.wire.ApplyOutcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An ext4 in a file, and a kernel that lets go of everything that was not synced: the power is cut before a change,
 * or at any moment, during an apply and during the recovery after it. After the next boot the host is wholly on the old
 * or wholly on the new release.
 */
class PowerCutIT {

    /** One in so many changes is cut before, in the fast run. */
    private static final int SAMPLE = 3;

    private static final Predicate<String> HONEST = _ -> true;

    @TempDir
    private Path folder;

    private Path image;
    private Path disk;
    private final List<String> troubles = new ArrayList<>();
    private int cuts;

    @BeforeEach
    void needRoot() {
        assumeTrue(Linux.isRoot(), "needs root, to mount an ext4 in a file");
        assumeTrue(Linux.missing("mkfs.ext4", "mount", "umount").isEmpty(), "needs mkfs.ext4 and mount");
        assumeTrue(Files.exists(Path.of("/dev/loop-control")), "needs loop devices");
    }

    @Test
    void hostIsOnOneReleaseWhereverThePowerIsCut() throws Exception {
        Linux.withOwnMounts(() -> {
            DiskWorld world = prepare(true);
            cutBeforeChanges(world, HONEST, SAMPLE);
            cutAtMoments(world, 20);
        });
        report("apply");
    }

    @Test
    @Tag("long")
    void hostIsOnOneReleaseAfterEveryCut() throws Exception {
        Linux.withOwnMounts(() -> {
            DiskWorld world = prepare(true);
            cutBeforeChanges(world, HONEST, 1);
            cutRecoveries(world);
            cutAtMoments(world, 500);
        });
        report("apply and recovery");
    }

    @Test
    @Tag("long")
    void hostIsOnTheOldReleaseAfterEveryCutOfARollback() throws Exception {
        Linux.withOwnMounts(() -> {
            DiskWorld world = prepare(false);
            cutBeforeChanges(world, HONEST, 1);
            cutAtMoments(world, 250);
        });
        report("rollback");
    }

    /** The proof that this test can fail: an agent that leaves syncs out is caught. */
    @Test
    void aMissingSyncIsNoticed() throws Exception {
        Linux.withOwnMounts(() -> {
            DiskWorld world = prepare(true);
            for (String dropped : List.of("sync file system of ", "sync")) {
                troubles.clear();
                cutBeforeChanges(world, change -> !change.startsWith(dropped), 3 * SAMPLE);
                assertThat(troubles)
                        .as("an agent that leaves out `%s`", dropped)
                        .isNotEmpty();
            }
        });
        System.out.println("power cuts: " + cuts + " of an agent that leaves syncs out, noticed");
    }

    private void report(String what) {
        System.out.println("power cuts: " + cuts + " in " + what);
        assertThat(troubles).isEmpty();
        assertThat(cuts).isGreaterThan(20);
    }

    /** Makes a disk with a host on release A, to be copied for each cut. */
    private DiskWorld prepare(boolean isHealthy) throws Exception {
        image = folder.resolve("image");
        disk = Files.createDirectories(folder.resolve("disk"));
        var world = new DiskWorld(Files.createDirectories(folder.resolve("scratch")), isHealthy);
        try (var file = new java.io.RandomAccessFile(image.toFile(), "rw")) {
            file.setLength(12 << 20);
        }
        Linux.run("mkfs.ext4", "-q", "-b", "1024", "-I", "256", "-J", "size=2", image.toString());
        mount(image);
        world.layFirst(disk);
        unmount();
        return world;
    }

    private void mount(Path file) throws Exception {
        // A long commit interval, so that the kernel writes nothing that was not asked for.
        Linux.run("mount", "-o", "loop,commit=300,noatime", file.toString(), disk.toString());
    }

    private void unmount() throws Exception {
        Linux.run("umount", disk.toString());
    }

    private void cutBeforeChanges(DiskWorld world, Predicate<String> isDone, int step) throws Exception {
        boolean survived = false;
        for (int point = 0; !survived && troubles.size() < 20; point += step) {
            try (var life = new Life(world)) {
                survived = life.runUntil(point, isDone, life::apply);
                life.powerOff();
                life.check("cut before change " + point);
            }
        }
    }

    private void cutRecoveries(DiskWorld world) throws Exception {
        var random = new Random(1);
        boolean survived = false;
        for (int point = 0; !survived && troubles.size() < 20; point += 3) {
            try (var life = new Life(world)) {
                survived = life.runUntil(point, HONEST, life::apply);
                life.powerOff();
                int second = random.nextInt(30);
                life.start();
                life.runUntil(second, HONEST, life::boot);
                life.powerOff();
                life.check("cut before change " + point + " and before change " + second + " of the recovery");
            }
        }
    }

    private void cutAtMoments(DiskWorld world, int count) throws Exception {
        var random = new Random(2);
        long longest = 30_000_000;
        for (int i = 0; i < count && troubles.size() < 20; i++) {
            long after = (long) (random.nextDouble() * longest);
            try (var life = new Life(world)) {
                long took = life.applyAndCutAfter(after);
                longest = Math.clamp(took + took / 10, 1_000_000, 200_000_000);
                life.powerOff();
                life.check("cut after " + after / 1000 + " us");
            }
        }
    }

    /** A machine with a disk of its own, switched on. */
    private final class Life implements AutoCloseable {

        private final DiskWorld world;
        private final Path copy = folder.resolve("copy");
        private Linux.PowerSwitch power;
        private BeneathFs fs;
        private Optional<ApplyOutcome> told = Optional.empty();

        Life(DiskWorld world) throws Exception {
            this.world = world;
            Files.copy(image, copy, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
            start();
        }

        void start() throws Exception {
            mount(copy);
            power = new Linux.PowerSwitch(disk);
            fs = new BeneathFs(disk);
        }

        /** @return whether it came to its end before the change with this number */
        boolean runUntil(int point, Predicate<String> isDone, Action action) throws IOException {
            int[] count = {0};
            Hook hook = change -> {
                if (count[0]++ == point) {
                    power.cut();
                    throw new PowerCut();
                }
                return isDone.test(change);
            };
            try {
                action.run(hook);
                return true;
            } catch (PowerCut cut) {
                return false;
            }
        }

        void apply(Hook hook) throws IOException {
            Machine machine = world.boot(new HookedFs(fs, hook));
            told = Optional.of(world.apply(machine));
        }

        void boot(Hook hook) throws IOException {
            world.boot(new HookedFs(fs, hook));
        }

        /** @return how long the apply took, in nanoseconds */
        long applyAndCutAfter(long nanos) throws Exception {
            Machine machine = world.boot(fs);
            var isOff = new AtomicBoolean();
            var cutter = new Thread(() -> {
                LockSupport.parkNanos(nanos);
                isOff.set(true);
                power.cut();
            });
            long began = System.nanoTime();
            cutter.start();
            try {
                ApplyOutcome outcome = world.apply(machine);
                // Without power nobody is told anything. The kernel still runs, and the sync that was under way may
                // end well in it although its transaction was thrown away.
                told = isOff.get() ? Optional.empty() : Optional.of(outcome);
            } catch (IOException e) {
                told = Optional.empty();
            }
            long took = System.nanoTime() - began;
            cutter.join();
            return took;
        }

        void powerOff() throws Exception {
            try {
                power.cut();
            } finally {
                power.close();
                fs.close();
                unmount();
            }
            cuts++;
        }

        void check(String where) throws Exception {
            start();
            try {
                Machine machine = world.boot(fs);
                Optional<String> trouble = world.trouble(disk, machine, told);
                if (trouble.isEmpty()) {
                    trouble = world.troubleLater(disk, machine);
                }
                trouble.ifPresent(text -> troubles.add(where + ": " + text));
            } catch (IOException | RuntimeException e) {
                troubles.add(where + ": " + e);
            } finally {
                power.close();
                fs.close();
                unmount();
            }
        }

        @Override
        public void close() throws IOException {
            Files.deleteIfExists(copy);
        }
    }

    private interface Action {
        void run(Hook hook) throws IOException;
    }
}
