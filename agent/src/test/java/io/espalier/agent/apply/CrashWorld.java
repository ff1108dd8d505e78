package io.espalier.agent.apply;

import static java.util.stream.Collectors.joining;

import io.espalier.agent.system.CommandResult;
import io.espalier.agent.testing.Machine;
import io.espalier.agent.testing.MemoryFs;
import io.espalier.agent.testing.Orchestrator;
import io.espalier.agent.testing.ScriptedHost;
import io.espalier.agent.testing.Wanted;
import io.espalier.protocol.ReleaseId;
import io.espalier.protocol.release.Manifest;
import io.espalier.protocol.release.SignedManifest;
import io.espalier.protocol.wire.ApplyOutcome;
import io.espalier.testkit.MutableClock;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

/**
 * A host on release A, a way to take it to release B, and the checker: after a crash and a recovery the host is wholly
 * on A or wholly on B, the program behind the files runs with those files, and the agent knows which it is. The
 * checker reads the disk itself and calls nothing of the agent's.
 */
final class CrashWorld {

    static final Duration SOON = Duration.ofSeconds(5);
    static final Duration CONFIRM = Duration.ofSeconds(30);
    private static final String CONF = "/etc/app/app.conf";

    /** What is tried. */
    enum Story {
        COMMITS,
        UNHEALTHY,
        CONFIRMED,
        NOT_CONFIRMED,
        REFUSED_BY_VALIDATE,
        SAME_AGAIN
    }

    final Story story;
    final Orchestrator orchestrator = new Orchestrator();
    final MutableClock clock = MutableClock.fixed();
    private final Wanted a = releaseA();
    private final Wanted b;
    private final Wanted c = Wanted.files(CONF, "c", "/etc/app/other.conf", "c");
    private final SignedManifest signedB;
    private final SignedManifest signedC;
    private final MemoryFs start;
    final SortedMap<String, String> before;
    final SortedMap<String, String> after;

    CrashWorld(Story story) throws IOException {
        this.story = story;
        b = story == Story.SAME_AGAIN ? a : releaseB(story);
        start = new MemoryFs(Map.of("/srv", 2L));
        start.put("/etc/app/stray.d/stray", "stray", 0644);
        start.put("/etc/app/mode.conf", "mode", 0600);
        start.putLink("/etc/link.conf", "app/app.conf");
        start.putFolder(Machine.STATE);
        start.put("/srv/site/index.html", "before the agent", 0644);
        var first = new Life(start);
        ApplyOutcome laid = first.boot().apply(orchestrator.sign(a.release()), a.blobs());
        if (!(laid instanceof ApplyOutcome.Applied)) {
            throw new IllegalStateException(laid.toString());
        }
        first.machine.letPass(SOON);
        before = start.tree(Machine.STATE);
        signedC = sign(9, c, Duration.ZERO);
        signedB = sign(2, b, story == Story.CONFIRMED || story == Story.NOT_CONFIRMED ? CONFIRM : Duration.ZERO);
        var clean = new Life(start.copy());
        clean.boot();
        clean.tell();
        after = clean.disk.tree(Machine.STATE);
        boolean shallChange = story == Story.COMMITS || story == Story.CONFIRMED;
        if (after.equals(before) == shallChange) {
            throw new IllegalStateException("the story " + story + " ended wrongly without any crash");
        }
    }

    private SignedManifest sign(long number, Wanted wanted, Duration confirmWithin) {
        return orchestrator.sign(new Manifest(
                Orchestrator.AUID,
                number,
                Manifest.Kind.DEPLOY,
                java.time.Instant.EPOCH,
                confirmWithin,
                wanted.release()));
    }

    static Wanted releaseA() {
        var wanted = new Wanted();
        wanted.unit("app")
                .file(CONF, "a")
                .file("/etc/app/keep.conf", "keep")
                .file("/etc/app/mode.conf", "mode", 0600, "", "")
                .file("/etc/app/gone.conf", "this text moves")
                .file("/srv/site/index.html", "site a")
                .sysctl("net.core.somaxconn", "128")
                .reload("reload");
        return wanted;
    }

    static Wanted releaseB(Story story) {
        var wanted = new Wanted();
        var unit = wanted.unit("app")
                .file(CONF, "b")
                .file("/etc/app/keep.conf", "keep")
                .file("/etc/app/mode.conf", "mode", 0644, "", "")
                .file("/etc/app/moved.conf", "this text moves")
                .file("/etc/app/new/and/deep.conf", "deep")
                .file("/etc/app/stray.d/ours", "ours")
                .purge("/etc/app/stray.d/")
                .file("/etc/link.conf", "no link any more")
                .file("/srv/site/index.html", "site b")
                .file("/srv/site/assets/logo", "logo")
                .sysctl("net.core.somaxconn", "4096")
                .validate("validate", "{stage}")
                .reload("reload");
        if (story == Story.UNHEALTHY) {
            unit.health(Duration.ofSeconds(1), "is-healthy");
        }
        return wanted;
    }

    /** The time from one boot of the machine to its next. */
    final class Life {

        final MemoryFs disk;
        final ScriptedHost host = new ScriptedHost();
        /** The files that the program behind them has read. */
        private String running;

        private Machine machine;
        /** What the orchestrator was told, before the crash. */
        Optional<ApplyOutcome> told = Optional.empty();

        /** The machine boots; its programs read what they find, the kernel has its defaults. */
        Life(MemoryFs disk) {
            this(disk, "", "128");
            running = read();
        }

        /** Only the agent is started again. */
        Life(MemoryFs disk, Life other) {
            this(disk, other.running, other.host.settings.get("net.core.somaxconn"));
        }

        private Life(MemoryFs disk, String hasRead, String somaxconn) {
            this.disk = disk;
            running = hasRead;
            host.settings.put("net.core.somaxconn", somaxconn);
            host.program = line -> {
                if (line.startsWith("validate")) {
                    return story == Story.REFUSED_BY_VALIDATE ? ScriptedHost.bad("no") : ScriptedHost.good();
                }
                running = read();
                return CommandResult.exited(0, "");
            };
            host.health = _ -> running.contains(" b;") ? Optional.of("b makes it sick") : Optional.empty();
        }

        private String read() {
            return disk.tree(Machine.STATE).entrySet().stream()
                            .filter(file -> file.getKey().startsWith("/etc/app/")
                                    && !file.getKey().contains("/.espalier-"))
                            .filter(file -> !file.getValue().startsWith("folder"))
                            .map(file -> file.getKey() + "=" + file.getValue())
                            .collect(joining(";"))
                    + ";";
        }

        Machine boot() throws IOException {
            machine = Machine.boot(disk, host, clock, orchestrator);
            return machine;
        }

        /** From the manifest to the story's end. */
        void tell() throws IOException {
            told = Optional.of(machine.apply(signedB, b.blobs()));
            switch (story) {
                case CONFIRMED -> {
                    told = Optional.empty();
                    try {
                        told = Optional.of(machine.applier.confirm(2, System.nanoTime()));
                    } catch (Failure e) {
                        throw new IllegalStateException(e);
                    }
                }
                case NOT_CONFIRMED -> {
                    told = Optional.empty();
                    machine.letPass(CONFIRM);
                }
                case COMMITS, UNHEALTHY, REFUSED_BY_VALIDATE, SAME_AGAIN -> {}
            }
            machine.letPass(SOON);
        }

        /** Empty if all is well after a recovery; else what is wrong. */
        Optional<String> trouble(Optional<ApplyOutcome> toldBefore) throws IOException {
            SortedMap<String, String> tree = disk.tree(Machine.STATE);
            Applier.Standing standing = machine.applier.standing();
            boolean isOld = tree.equals(before);
            boolean isNew = tree.equals(story == Story.NOT_CONFIRMED || story == Story.UNHEALTHY ? treeB() : after);
            if (!isOld && !isNew) {
                return Optional.of("a mix: " + difference(tree));
            }
            ReleaseId known = standing.onDisk().orElseThrow();
            if (isOld != isNew && !known.equals((isNew ? b : a).release().id())) {
                return Optional.of("files are " + (isNew ? "new" : "old") + ", the agent thinks otherwise");
            }
            if (!running.equals(read())) {
                return Optional.of("the program runs with " + running + " and the disk has " + read());
            }
            String somaxconn = host.settings.get("net.core.somaxconn");
            if (isOld != isNew && !somaxconn.equals(isNew ? "4096" : "128")) {
                return Optional.of("files are " + (isNew ? "new" : "old") + ", the kernel setting is " + somaxconn);
            }
            if (toldBefore.isPresent()) {
                boolean saidNew = toldBefore.get() instanceof ApplyOutcome.Applied;
                if (isOld != isNew && saidNew != isNew) {
                    return Optional.of("told " + toldBefore.get() + ", and the files are otherwise");
                }
                if (standing.number() != 2) {
                    return Optional.of("manifest 2 was carried out and forgotten");
                }
            }
            if (standing.awaitingConfirm() && story != Story.NOT_CONFIRMED && story != Story.CONFIRMED) {
                return Optional.of("awaits a confirmation that nobody asked for");
            }
            return Optional.empty();
        }

        /** Whether the agent can go on from here: to release C, whatever it holds. */
        Optional<String> troubleLater() throws IOException {
            ApplyOutcome outcome = machine.apply(signedC, c.blobs());
            if (!(outcome instanceof ApplyOutcome.Applied)) {
                return Optional.of("the next release: " + outcome);
            }
            machine.letPass(SOON);
            String conf = disk.tree(Machine.STATE).get(CONF);
            return conf != null && conf.endsWith(" c") ? Optional.empty() : Optional.of("the next release is not laid");
        }

        boolean awaits() {
            return machine.applier.standing().awaitingConfirm();
        }
    }

    private SortedMap<String, String> treeB;

    private SortedMap<String, String> treeB() throws IOException {
        if (treeB == null) {
            treeB = new CrashWorld(Story.COMMITS).after;
        }
        return treeB;
    }

    Life firstLife() throws IOException {
        var life = new Life(start.copy());
        life.boot();
        return life;
    }

    private String difference(SortedMap<String, String> tree) {
        var text = new StringBuilder();
        tree.forEach((path, line) -> text.append("\n  ")
                .append(line.equals(before.get(path)) ? "a" : "-")
                .append(line.equals(after.get(path)) ? "b" : "-")
                .append(' ')
                .append(path)
                .append(' ')
                .append(line));
        return text.toString();
    }
}
