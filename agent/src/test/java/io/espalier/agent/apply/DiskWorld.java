package io.espalier.agent.apply;

import io.espalier.agent.fs.BeneathFs;
import io.espalier.agent.fs.Fs;
import io.espalier.agent.testing.Machine;
import io.espalier.agent.testing.Orchestrator;
import io.espalier.agent.testing.ScriptedHost;
import io.espalier.agent.testing.Wanted;
import io.espalier.protocol.ReleaseId;
import io.espalier.protocol.release.SignedManifest;
import io.espalier.protocol.wire.ApplyOutcome;
import io.espalier.testkit.MutableClock;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A host on release A below a real folder, the way to release B, and the checker: wholly A or wholly B, and the agent
 * knows which. The checker reads the disk itself and calls nothing of the agent's.
 */
final class DiskWorld {

    private static final Set<String> NOT_CHECKED = Set.of(Machine.STATE, "/lost+found", "/etc/espalier", "/run");
    private static final String SETTING = "net.core.somaxconn";

    final Orchestrator orchestrator = new Orchestrator();
    final MutableClock clock = MutableClock.fixed();
    private final boolean isHealthy;
    private final Wanted a;
    private final Wanted b;
    private final Wanted c = Wanted.files("/etc/app/app.conf", "c");
    private final SignedManifest signedA;
    private final SignedManifest signedB;
    private final SignedManifest signedC;
    private final SortedMap<String, String> before;
    private final SortedMap<String, String> after;

    /**
     * @param scratch an empty folder to try the way in, on a disk that does not fail
     * @param isHealthy whether release B passes its health check; if not, it is taken back
     */
    DiskWorld(Path scratch, boolean isHealthy) throws IOException {
        this(
                scratch,
                CrashWorld.releaseA(),
                CrashWorld.releaseB(isHealthy ? CrashWorld.Story.COMMITS : CrashWorld.Story.UNHEALTHY),
                isHealthy);
    }

    /** From one release to another, which is healthy. */
    DiskWorld(Path scratch, Wanted a, Wanted b) throws IOException {
        this(scratch, a, b, true);
    }

    private DiskWorld(Path scratch, Wanted a, Wanted b, boolean isHealthy) throws IOException {
        this.a = a;
        this.b = b;
        this.isHealthy = isHealthy;
        signedA = orchestrator.sign(a.release());
        signedB = orchestrator.sign(b.release());
        signedC = orchestrator.sign(c.release());
        layFirst(scratch);
        before = tree(scratch);
        try (var fs = new BeneathFs(scratch)) {
            ApplyOutcome outcome = apply(boot(fs));
            if (isHealthy != outcome instanceof ApplyOutcome.Applied) {
                throw new IllegalStateException(outcome.toString());
            }
        }
        after = tree(scratch);
        if (before.equals(after) == isHealthy) {
            throw new IllegalStateException("the story ended wrongly without any trouble");
        }
    }

    /** Brings the host below an empty folder to release A. */
    void layFirst(Path root) throws IOException {
        Files.createDirectories(root.resolve("var/lib/espalier-agent"));
        Files.createDirectories(root.resolve("etc/app/stray.d"));
        Files.createDirectories(root.resolve("srv/site"));
        Files.writeString(root.resolve("etc/app/stray.d/stray"), "stray");
        Files.writeString(root.resolve("srv/site/index.html"), "before the agent");
        Files.createSymbolicLink(root.resolve("etc/link.conf"), Path.of("app/app.conf"));
        try (var fs = new BeneathFs(root)) {
            Machine machine = boot(fs);
            ApplyOutcome laid = machine.apply(signedA, a.blobs());
            if (!(laid instanceof ApplyOutcome.Applied)) {
                throw new IllegalStateException(laid.toString());
            }
            machine.letPass(CrashWorld.SOON);
        }
    }

    /** The agent starts and recovers. */
    Machine boot(Fs fs) throws IOException {
        var host = new ScriptedHost();
        host.settings.put(SETTING, "128");
        host.health = _ -> isHealthy ? Optional.empty() : Optional.of("sick");
        return Machine.boot(fs, host, clock, orchestrator);
    }

    ApplyOutcome apply(Machine machine) throws IOException {
        ApplyOutcome outcome = machine.apply(signedB, b.blobs());
        machine.letPass(CrashWorld.SOON);
        return outcome;
    }

    /** The same over a connection. */
    ApplyOutcome apply(Orchestrator.Connection connection) throws IOException {
        return connection.apply(signedB, b.blobs());
    }

    Optional<String> trouble(Path root, Machine machine, Optional<ApplyOutcome> told) throws IOException {
        return trouble(root, machine.applier.standing().onDisk().orElseThrow(), told);
    }

    /**
     * What is wrong after a recovery; empty if all is well.
     *
     * @param known the release that the agent says is on disk
     * @param told what was answered before
     */
    Optional<String> trouble(Path root, ReleaseId known, Optional<ApplyOutcome> told) throws IOException {
        SortedMap<String, String> tree = tree(root);
        boolean isOld = tree.equals(before);
        boolean isNew = isHealthy && tree.equals(after);
        if (!isOld && !isNew) {
            return Optional.of("a mix: " + difference(tree));
        }
        if (!known.equals((isNew ? b : a).release().id())) {
            return Optional.of("files are " + (isNew ? "new" : "old") + ", the agent thinks otherwise");
        }
        if (told.isPresent() && told.get() instanceof ApplyOutcome.Applied && isOld) {
            return Optional.of("told " + told.get() + ", and the files are old");
        }
        return Optional.empty();
    }

    boolean isOld(Path root) throws IOException {
        return tree(root).equals(before);
    }

    /** Whether the agent can go on from here: to release C, whatever it holds. */
    Optional<String> troubleLater(Path root, Machine machine) throws IOException {
        ApplyOutcome outcome = machine.apply(signedC, c.blobs());
        if (!(outcome instanceof ApplyOutcome.Applied)) {
            return Optional.of("the next release: " + outcome);
        }
        return Files.readString(root.resolve("etc/app/app.conf")).equals("c")
                ? Optional.empty()
                : Optional.of("the next release is not laid");
    }

    /** All that is below a folder but the agent's own. */
    static SortedMap<String, String> tree(Path root) throws IOException {
        var tree = new TreeMap<String, String>();
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) throws IOException {
                String path = "/" + root.relativize(folder);
                if (NOT_CHECKED.contains(path)) {
                    return FileVisitResult.SKIP_SUBTREE;
                }
                tree.put(path, "folder " + owned(folder));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                String what = attributes.isSymbolicLink()
                        ? "-> " + Files.readSymbolicLink(file)
                        : attributes.isRegularFile() ? Files.readString(file) : "special";
                tree.put("/" + root.relativize(file), owned(file) + " " + what);
                return FileVisitResult.CONTINUE;
            }
        });
        return tree;
    }

    private static String owned(Path path) throws IOException {
        Map<String, Object> unix = Files.readAttributes(path, "unix:mode,uid,gid", LinkOption.NOFOLLOW_LINKS);
        return "%06o %s:%s".formatted((Integer) unix.get("mode"), unix.get("uid"), unix.get("gid"));
    }

    private String difference(SortedMap<String, String> tree) {
        var text = new StringBuilder();
        var all = new TreeMap<>(before);
        all.putAll(after);
        all.putAll(tree);
        for (String path : all.keySet()) {
            String line = tree.get(path);
            boolean old = Objects.equals(line, before.get(path));
            boolean fresh = Objects.equals(line, after.get(path));
            if (!old || !fresh) {
                text.append("\n  ").append(old ? "a" : "-").append(fresh ? "b" : "-");
                text.append(' ').append(path).append(' ').append(line);
            }
        }
        return text.toString();
    }
}
