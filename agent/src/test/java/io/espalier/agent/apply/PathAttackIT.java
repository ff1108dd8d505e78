package io.espalier.agent.apply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.espalier.agent.fs.BeneathFs;
import io.espalier.agent.fs.Fs;
import io.espalier.agent.fs.FsException;
import io.espalier.agent.testing.HookedFs;
import io.espalier.agent.testing.Linux;
import io.espalier.agent.testing.Machine;
import io.espalier.agent.testing.Orchestrator;
import io.espalier.agent.testing.ScriptedHost;
import io.espalier.agent.testing.Wanted;
import io.espalier.protocol.Reason;
import io.espalier.protocol.wire.ApplyOutcome;
import io.espalier.testkit.MutableClock;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Somebody on the host who owns folders that a release writes to, and wants the agent to write elsewhere: links in place
 * of folders and files, swapped while the agent works; hard links, pipes and devices. Nothing outside the root changes.
 */
@Timeout(120)
class PathAttackIT {

    private static final Duration LATER = Duration.ofMinutes(1);

    @TempDir
    private Path folder;

    private Path root;
    private Path outside;
    private SortedMap<String, String> outsideBefore;
    private final Orchestrator orchestrator = new Orchestrator();
    private final ScriptedHost host = new ScriptedHost();
    private BeneathFs fs;
    private Machine machine;

    @BeforeEach
    void layTheFirst() throws IOException {
        root = folder.resolve("host");
        outside = folder.resolve("outside");
        Files.createDirectories(root.resolve("var/lib/espalier-agent"));
        // Where a link leads the agent to, there is all that it could want to change.
        for (String name : List.of("app", "app/conf.d", "app/new", "app/new/and")) {
            Files.createDirectories(outside.resolve(name));
            for (String file : List.of("app.conf", "gone.conf", "stray", "ours", "deep.conf", "motd")) {
                Files.writeString(outside.resolve(name).resolve(file), "precious");
            }
        }
        outsideBefore = look(outside);
        fs = new BeneathFs(root);
        machine = Machine.boot(fs, host, MutableClock.fixed(), orchestrator);
        assertThat(apply(wanted("0", true))).isInstanceOf(ApplyOutcome.Applied.class);
    }

    @AfterEach
    void nothingOutsideChanged() throws IOException {
        fs.close();
        assertThat(look(outside)).isEqualTo(outsideBefore);
    }

    // ---- races ----

    @Test
    void foldersSwappedForLinksDuringAppliesLeadNowhere() throws Exception {
        race(Duration.ofSeconds(3), true);
    }

    @Test
    void foldersSwappedForLinksDuringRollbacksLeadNowhere() throws Exception {
        race(Duration.ofSeconds(3), false);
    }

    @Test
    @Tag("long")
    @Timeout(600)
    void aHundredThousandSwapsLeadNowhere() throws Exception {
        long swaps = 0;
        while (swaps < 100_000) {
            swaps += race(Duration.ofSeconds(20), swaps % 2 == 0);
        }
    }

    /** The proof that these tests can fail: an agent that looks first and follows links then is caught. */
    @Test
    void anAgentThatFollowsLinksIsNoticed() throws Exception {
        machine = Machine.boot(new Trusting(fs, root), host, MutableClock.fixed(), orchestrator);
        for (int i = 0; i < 20 && look(outside).equals(outsideBefore); i++) {
            attack(Duration.ofSeconds(1));
        }
        assertThat(look(outside)).isNotEqualTo(outsideBefore);
        outsideBefore = look(outside);
    }

    private static final class Trusting extends HookedFs {

        private final Path root;

        Trusting(Fs real, Path root) {
            super(real, _ -> true);
            this.root = root;
        }

        @Override
        public OutputStream create(String path, int mode, int uid, int gid) throws FsException {
            Path place = root.resolve(path.substring(1));
            try {
                return place.getParent().toRealPath().startsWith(root.toRealPath())
                        ? super.create(path, mode, uid, gid)
                        : Files.newOutputStream(place);
            } catch (FsException e) {
                throw e;
            } catch (IOException e) {
                throw new FsException(FsException.Kind.FAILED, e.toString());
            }
        }
    }

    private long race(Duration time, boolean isHealthy) throws Exception {
        host.health = _ -> isHealthy ? Optional.empty() : Optional.of("sick");
        long swaps = attack(time);
        assertThat(swaps).isGreaterThan(100);
        host.health = _ -> Optional.empty();
        machine.letPass(LATER);
        assertThat(apply(wanted("end", true))).isInstanceOf(ApplyOutcome.Applied.class);
        assertThat(root.resolve("etc/app/app.conf")).hasContent("app end");
        return swaps;
    }

    /** @return how many swaps there were */
    private long attack(Duration time) throws Exception {
        Path etc = root.resolve("etc");
        Path app = etc.resolve("app");
        var attackers = List.of(
                new Swapper(root, "etc", outside),
                new Swapper(etc, "app", outside.resolve("app")),
                new Swapper(app, "conf.d", outside.resolve("app/conf.d")),
                new Swapper(app, "app.conf", outside.resolve("app/app.conf")));
        var endings = new TreeMap<String, Integer>();
        attackers.forEach(Thread::start);
        long end = System.nanoTime() + time.toNanos();
        int applies = 0;
        while (System.nanoTime() < end) {
            applies++;
            try {
                endings.merge(inWords(apply(wanted("" + applies % 5, applies % 2 == 0))), 1, Integer::sum);
                machine.letPass(LATER);
            } catch (IOException e) {
                endings.merge("not begun", 1, Integer::sum);
            }
        }
        long swaps = 0;
        for (Swapper attacker : attackers) {
            swaps += attacker.end();
        }
        System.out.println("path attacks: " + swaps + " swaps in " + applies + " applies, ended " + endings);
        assertThat(endings).hasSizeGreaterThan(1);
        return swaps;
    }

    private static String inWords(ApplyOutcome outcome) {
        return switch (outcome) {
            case ApplyOutcome.Applied applied -> "applied";
            case ApplyOutcome.Unchanged unchanged -> "unchanged";
            case ApplyOutcome.Rejected(var reason, var detail) -> "rejected " + reason.word();
            case ApplyOutcome.RolledBack(var reason, var detail, var clean) -> "rolled back " + reason.word();
        };
    }

    /** Puts a link in place of a folder or file, and what was there back again, by turns. */
    private static final class Swapper extends Thread {

        private final Linux.Folder folder;
        private final String name;
        private final String evil;
        private final AtomicBoolean ends = new AtomicBoolean();
        private long swaps;

        Swapper(Path parent, String name, Path target) throws IOException {
            super("swapper of " + name);
            this.name = name;
            evil = ".evil-" + name;
            Files.deleteIfExists(parent.resolve(evil));
            Files.createSymbolicLink(parent.resolve(evil), target);
            folder = new Linux.Folder(parent); // stays the same, whatever other swappers do to its name
        }

        @Override
        public void run() {
            var random = new Random(name.hashCode());
            while (!ends.get()) {
                if (folder.exchange(name, evil)) {
                    LockSupport.parkNanos(random.nextInt(50_000));
                    swaps += folder.exchange(name, evil) ? 2 : 1;
                }
                LockSupport.parkNanos(random.nextInt(3_000_000));
            }
        }

        long end() throws InterruptedException {
            ends.set(true);
            join();
            folder.close();
            return swaps;
        }
    }

    // ---- what lies in the way ----

    @Test
    void aFolderThatIsALinkIsRefusedByName() throws IOException {
        replace("etc/app", outside.resolve("app"));
        assertRefused(wanted("1", false), Reason.PATH_REFUSED, "/etc/app is a link to " + outside.resolve("app"));
    }

    @Test
    void aLinkFurtherUpIsRefusedAndSoIsOneUpTheTree() throws IOException {
        Files.createDirectories(root.resolve("srv"));
        Files.createSymbolicLink(root.resolve("srv/www"), Path.of("../../outside/app"));
        assertRefused(Wanted.files("/srv/www/conf.d/stray", "x"), Reason.PATH_REFUSED, "/srv/www is a link");
    }

    @Test
    void aPurgedFolderThatIsALinkIsLeftAlone() throws IOException {
        Wanted wanted = new Wanted();
        wanted.unit("app").file("/etc/app/app.conf", "new").purge("/etc/elsewhere/");
        Files.createSymbolicLink(root.resolve("etc/elsewhere"), outside.resolve("app/conf.d"));
        assertThat(apply(wanted)).isInstanceOf(ApplyOutcome.Applied.class);
        assertThat(root.resolve("etc/elsewhere")).isSymbolicLink();
    }

    @Test
    void aFileThatIsALinkIsReplacedAndPutBackAsALink() throws IOException {
        Path place = root.resolve("etc/motd");
        replace("etc/motd", outside.resolve("app/motd"));
        host.health = _ -> Optional.of("sick");
        assertThat(apply(wanted("1", false))).isInstanceOf(ApplyOutcome.RolledBack.class);
        assertThat(place).isSymbolicLink();
        host.health = _ -> Optional.empty();
        assertThat(apply(wanted("1", false))).isInstanceOf(ApplyOutcome.Applied.class);
        assertThat(Files.isRegularFile(place, LinkOption.NOFOLLOW_LINKS)).isTrue();
    }

    @Test
    void aHardLinkIsReplacedAndItsOtherNameKeepsItsBytes() throws IOException {
        Path other = Files.writeString(folder.resolve("shadow"), "root:secret");
        Files.delete(root.resolve("etc/motd"));
        Files.createLink(root.resolve("etc/motd"), other);
        host.health = _ -> Optional.of("sick");
        assertThat(apply(wanted("1", false))).isInstanceOf(ApplyOutcome.RolledBack.class);
        assertThat(root.resolve("etc/motd")).hasContent("root:secret");
        host.health = _ -> Optional.empty();
        assertThat(apply(wanted("1", false))).isInstanceOf(ApplyOutcome.Applied.class);
        assertThat(root.resolve("etc/motd")).hasContent("motd 1");
        assertThat(other).hasContent("root:secret");
    }

    @Test
    void aPipeASocketAndADeviceAreRefusedAndNotWaitedFor() throws Exception {
        Path place = root.resolve("etc/motd");
        Files.delete(place);
        Linux.run("mkfifo", place.toString());
        assertRefused(wanted("1", false), Reason.PATH_REFUSED, "a device, pipe or socket is there");
        Files.delete(place);
        try (var socket = java.nio.channels.ServerSocketChannel.open(java.net.StandardProtocolFamily.UNIX)) {
            socket.bind(java.net.UnixDomainSocketAddress.of(place));
            assertRefused(wanted("1", false), Reason.PATH_REFUSED, "a device, pipe or socket is there");
        }
        Files.delete(place);
        assumeTrue(Linux.isRoot(), "needs root, to make a device");
        Linux.run("mknod", place.toString(), "c", "1", "5"); // endless zeros
        assertRefused(wanted("1", false), Reason.PATH_REFUSED, "a device, pipe or socket is there");
    }

    @Test
    void aPathBelowAFileAndAFileOnAFolderAreRefused() throws IOException {
        assertRefused(Wanted.files("/etc/motd/below", "x"), Reason.PATH_REFUSED, "not a folder");
        assertRefused(Wanted.files("/etc/app", "x"), Reason.PATH_REFUSED, "a folder is there");
    }

    @Test
    void theKernelsAndTheAgentsOwnPlacesAreRefused() throws IOException {
        for (String path : List.of("/proc/sys/kernel/x", Machine.STATE + "/journal", "/VAR/lib/ESPALIER-agent/journal")) {
            assertRefused(Wanted.files(path, "x"), Reason.PATH_REFUSED, "no release may write there");
        }
        Wanted purging = new Wanted();
        purging.unit("app").purge(Machine.STATE + "/");
        assertRefused(purging, Reason.PATH_REFUSED, "no release may write there");
    }

    // ----

    private static Wanted wanted(String text, boolean alsoDeep) {
        var wanted = new Wanted();
        Wanted.UnitInTheMaking unit = wanted.unit("app")
                .file("/etc/app/app.conf", "app " + text)
                .file("/etc/app/conf.d/ours", "ours " + text)
                .file("/etc/motd", "motd " + text)
                .purge("/etc/app/conf.d/")
                .health(Duration.ofSeconds(1), "is-healthy");
        if (alsoDeep) {
            unit.file("/etc/app/new/and/deep.conf", "deep " + text).file("/etc/app/gone.conf", "gone");
        }
        return wanted;
    }

    private ApplyOutcome apply(Wanted wanted) throws IOException {
        return machine.apply(orchestrator.sign(wanted.release()), wanted.blobs());
    }

    private void assertRefused(Wanted wanted, Reason reason, String why) throws IOException {
        SortedMap<String, String> before = DiskWorld.tree(root);
        assertThat(apply(wanted)).isInstanceOfSatisfying(ApplyOutcome.Rejected.class, refused -> {
            assertThat(refused.reason()).isEqualTo(reason);
            assertThat(refused.detail()).contains(why);
        });
        assertThat(DiskWorld.tree(root)).isEqualTo(before);
    }

    /** Puts a link in place of what is there. */
    private void replace(String path, Path target) throws IOException {
        Path place = root.resolve(path);
        Files.move(place, root.resolve("moved-away"));
        Files.createSymbolicLink(place, target);
    }

    /** Everything about a tree that a write would change. */
    private static SortedMap<String, String> look(Path tree) throws IOException {
        var found = new TreeMap<String, String>();
        try (var paths = Files.walk(tree)) {
            for (Path path : paths.toList()) {
                Object what = Files.readAttributes(
                        path, "unix:ino,mode,uid,gid,nlink,ctime,lastModifiedTime", LinkOption.NOFOLLOW_LINKS);
                found.put(path.toString(), what + (Files.isRegularFile(path) ? Files.readString(path) : ""));
            }
        }
        return found;
    }
}
