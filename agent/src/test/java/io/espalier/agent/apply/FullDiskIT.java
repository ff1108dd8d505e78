package io.espalier.agent.apply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.espalier.agent.fs.BeneathFs;
import io.espalier.agent.testing.HookedFs;
import io.espalier.agent.testing.Linux;
import io.espalier.agent.testing.Machine;
import io.espalier.protocol.Reason;
import io.espalier.protocol.wire.ApplyOutcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A real disk that becomes full, or read-only, before any change that an apply makes. The apply says so; the host is on
 * the old release at once, or, where nothing can be written any more, as soon as something can.
 */
class FullDiskIT {

    private static final Duration LATER = Duration.ofSeconds(15);
    private static final int SAMPLE = 5;

    /** What becomes of the disk. */
    private enum Trouble {
        NO_BYTES(Reason.DISK_FULL),
        NO_INODES(Reason.DISK_FULL),
        READ_ONLY(Reason.READ_ONLY);

        private final Reason reason;

        Trouble(Reason reason) {
            this.reason = reason;
        }
    }

    @TempDir
    private Path folder;

    private Path disk;
    private final List<String> failures = new ArrayList<>();
    private final SortedMap<String, Integer> endings = new TreeMap<>();

    @BeforeEach
    void needRoot() {
        assumeTrue(Linux.isRoot(), "needs root, to mount a tmpfs");
    }

    @ParameterizedTest
    @EnumSource(Trouble.class)
    void oldReleaseStaysWhenTheDiskGivesOutDuringAnApply(Trouble trouble) throws Exception {
        tryOut(trouble, true, SAMPLE);
    }

    @ParameterizedTest
    @EnumSource(Trouble.class)
    @Tag("long")
    void oldReleaseStaysWhenTheDiskGivesOutBeforeAnyChange(Trouble trouble) throws Exception {
        tryOut(trouble, true, 1);
        tryOut(trouble, false, 1);
    }

    @ParameterizedTest
    @EnumSource(Trouble.class)
    void anApplyIsRefusedBeforeAnythingChangesWhenThereIsNoRoom(Trouble trouble) throws Exception {
        Linux.withOwnMounts(() -> {
            DiskWorld world = prepare(true);
            mount(world);
            try (var fs = new BeneathFs(disk)) {
                Machine machine = world.boot(fs);
                assertThat(begin(trouble)).isTrue();
                assertThat(world.apply(machine))
                        .isInstanceOfSatisfying(
                                ApplyOutcome.Rejected.class,
                                refused -> assertThat(refused.reason()).isEqualTo(trouble.reason));
                assertThat(world.isOld(disk)).isTrue();
                end(trouble);
                // It may not have been noted; then it is not used up.
                assertThat(world.troubleLater(disk, machine)).isEmpty();
            }
        });
    }

    @Test
    void anAgentStartsOnAFullDiskAndTakesTheNextReleaseWhenThereIsRoom() throws Exception {
        Linux.withOwnMounts(() -> {
            DiskWorld world = prepare(true);
            mount(world);
            try (var fs = new BeneathFs(disk)) {
                begin(Trouble.NO_BYTES);
                Machine machine = world.boot(fs);
                assertThat(world.apply(machine)).isInstanceOf(ApplyOutcome.Rejected.class);
                end(Trouble.NO_BYTES);
                assertThat(world.troubleLater(disk, machine)).isEmpty();
            }
        });
    }

    private void tryOut(Trouble trouble, boolean isHealthy, int step) throws Exception {
        Linux.withOwnMounts(() -> {
            DiskWorld world = prepare(isHealthy);
            boolean survived = false;
            int points = 0;
            for (int point = 0; !survived && failures.size() < 20; point += step) {
                mount(world);
                survived = tryOut(world, trouble, point);
                unmount();
                points++;
            }
            System.out.println(trouble + (isHealthy ? "" : " on the way back too") + ": " + points + " points, ended "
                    + endings);
        });
        assertThat(failures).isEmpty();
    }

    /** @return whether the apply made fewer changes */
    private boolean tryOut(DiskWorld world, Trouble trouble, int point) throws Exception {
        String where = trouble + " before change " + point;
        int[] count = {0};
        boolean[] isBroken = {false};
        boolean[] isApplying = {true};
        try (var fs = new BeneathFs(disk)) {
            Machine machine = world.boot(new HookedFs(fs, _ -> {
                if (count[0]++ >= point && !isBroken[0] && isApplying[0]) {
                    isBroken[0] = begin(trouble);
                }
                return true;
            }));
            ApplyOutcome outcome = world.apply(machine);
            isApplying[0] = false;
            endings.merge(inWords(outcome), 1, Integer::sum);
            if (isBroken[0]) {
                if (!isStuck(outcome)) {
                    world.trouble(disk, machine, Optional.of(outcome)).ifPresent(text -> failures.add(where + ": " + text));
                }
                end(trouble);
                machine.letPass(LATER);
            }
            if (!(outcome instanceof ApplyOutcome.Applied) && !mayEnd(outcome, trouble)) {
                failures.add(where + ": " + outcome);
            }
            world.trouble(disk, machine, Optional.of(outcome))
                    .or(() -> later(world, machine))
                    .ifPresent(text -> failures.add(where + ", and when there is room again: " + text));
        } catch (IOException e) {
            failures.add(where + ": " + e);
        }
        return !isBroken[0];
    }

    private Optional<String> later(DiskWorld world, Machine machine) {
        try {
            return world.troubleLater(disk, machine);
        } catch (IOException e) {
            return Optional.of(e.toString());
        }
    }

    private static boolean mayEnd(ApplyOutcome outcome, Trouble trouble) {
        return switch (outcome) {
            case ApplyOutcome.Rejected(var reason, var detail) -> reason == trouble.reason;
            case ApplyOutcome.RolledBack(var reason, var detail, var clean) ->
                reason == trouble.reason || reason == Reason.UNHEALTHY;
            case ApplyOutcome.Applied applied -> true;
            case ApplyOutcome.Unchanged unchanged -> false;
        };
    }

    private static boolean isStuck(ApplyOutcome outcome) {
        return outcome instanceof ApplyOutcome.RolledBack(var reason, var detail, var clean)
                && !clean
                && detail.contains("could not be put back yet");
    }

    private static String inWords(ApplyOutcome outcome) {
        return switch (outcome) {
            case ApplyOutcome.Applied applied -> "applied";
            case ApplyOutcome.Unchanged unchanged -> "unchanged";
            case ApplyOutcome.Rejected(var reason, var detail) -> "rejected " + reason.word();
            case ApplyOutcome.RolledBack(var reason, var detail, var clean) ->
                "rolled back " + reason.word() + (isStuck(outcome) ? ", put back later" : "");
        };
    }

    private DiskWorld prepare(boolean isHealthy) throws IOException {
        disk = Files.createDirectories(folder.resolve("disk"));
        return new DiskWorld(Files.createDirectories(folder.resolve("scratch-" + isHealthy)), isHealthy);
    }

    private void mount(DiskWorld world) throws Exception {
        Linux.run("mount", "-t", "tmpfs", "-o", "size=4m,nr_inodes=300,mode=755", "tmpfs", disk.toString());
        world.layFirst(disk);
        Files.createDirectory(ballast());
    }

    private void unmount() throws Exception {
        Linux.run("umount", disk.toString());
    }

    /** False if it cannot begin now, with a file open for writing. */
    private boolean begin(Trouble trouble) {
        try {
            switch (trouble) {
                case NO_BYTES -> Linux.fill(ballast().resolve("bytes"));
                case NO_INODES -> {
                    for (int i = 0; ; i++) {
                        try {
                            Files.createFile(ballast().resolve("inode" + i));
                        } catch (IOException full) {
                            break;
                        }
                    }
                }
                case READ_ONLY -> {
                    return Linux.runs("mount", "-o", "remount,ro", disk.toString());
                }
            }
            return true;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void end(Trouble trouble) throws Exception {
        if (trouble == Trouble.READ_ONLY) {
            Linux.run("mount", "-o", "remount,rw", disk.toString());
        } else {
            try (var files = Files.list(ballast())) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    /** A folder that the checker does not look into. */
    private Path ballast() {
        return disk.resolve("lost+found");
    }
}
