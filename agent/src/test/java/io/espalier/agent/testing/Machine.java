package io.espalier.agent.testing;

import io.espalier.agent.apply.Admission;
import io.espalier.agent.apply.AllowedPaths;
import io.espalier.agent.apply.Applier;
import io.espalier.agent.apply.Follower;
import io.espalier.agent.apply.Gate;
import io.espalier.agent.apply.Surroundings;
import io.espalier.agent.apply.Ticket;
import io.espalier.agent.fs.Fs;
import io.espalier.agent.observe.DigestCache;
import io.espalier.agent.observe.Observer;
import io.espalier.agent.system.Names;
import io.espalier.agent.system.ProcessRunner;
import io.espalier.protocol.Digest;
import io.espalier.protocol.release.SignedManifest;
import io.espalier.protocol.wire.ApplyOutcome;
import io.espalier.testkit.MutableClock;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** An agent without socket and timer on a disk of the test's choice. What it would do later waits until it is told. */
public final class Machine {

    public static final String STATE = "/var/lib/espalier-agent";
    private static final Names NAMES = new Names(Path.of("/etc"), new ProcessRunner(Path.of("/"), Map.of()));

    public final Applier applier;
    private final List<Later> waiting;

    private record Later(Duration delay, Runnable action) {}

    private Machine(Applier applier, List<Later> waiting) {
        this.applier = applier;
        this.waiting = waiting;
    }

    /** Starts the agent; what a crash cut off is not brought to its end yet. */
    public static Machine start(Fs fs, ScriptedHost host, MutableClock clock, Orchestrator orchestrator)
            throws IOException {
        return start(fs, host, clock, orchestrator, new AllowedPaths(List.of(), List.of("/proc", STATE)), "");
    }

    public static Machine start(
            Fs fs,
            ScriptedHost host,
            MutableClock clock,
            Orchestrator orchestrator,
            AllowedPaths paths,
            String realRoot)
            throws IOException {
        var digests = new DigestCache(fs, clock);
        var observer = new Observer(fs, digests, paths::isPrivate);
        var waiting = new ArrayList<Later>();
        var gate = new Gate(Orchestrator.AUID, orchestrator.keys().getPublic(), paths);
        var applier = new Applier(
                gate,
                new Surroundings(
                        fs,
                        digests,
                        observer,
                        NAMES,
                        host,
                        clock,
                        host.uptime,
                        (delay, action) -> waiting.add(new Later(delay, action)),
                        STATE,
                        realRoot));
        return new Machine(applier, waiting);
    }

    /** Starts the agent and has it recover. */
    public static Machine boot(Fs fs, ScriptedHost host, MutableClock clock, Orchestrator orchestrator)
            throws IOException {
        Machine machine = start(fs, host, clock, orchestrator);
        machine.applier.recover();
        return machine;
    }

    /** Does what waits for at most so long, and what that leads to for at most so long. */
    public void letPass(Duration time) {
        List<Later> due;
        do {
            due = waiting.stream().filter(one -> one.delay.compareTo(time) <= 0).toList();
            waiting.removeAll(due);
            due.forEach(one -> one.action.run());
        } while (!due.isEmpty());
    }

    public ApplyOutcome apply(SignedManifest manifest, Map<Digest, byte[]> blobs) throws IOException {
        return apply(manifest, Optional.empty(), blobs, (_, _) -> {});
    }

    public ApplyOutcome apply(
            SignedManifest manifest, Optional<Digest> expected, Map<Digest, byte[]> blobs, Follower follower)
            throws IOException {
        return switch (applier.admit(manifest, expected, System.nanoTime())) {
            case Admission.Turned(var outcome) -> outcome;
            case Admission.Admitted(var ticket) -> {
                try (Ticket open = ticket) {
                    var bytes = new ByteArrayOutputStream();
                    for (Digest blob : open.missing()) {
                        bytes.write(blobs.get(blob));
                    }
                    Optional<ApplyOutcome> ended = open.receive(new ByteArrayInputStream(bytes.toByteArray()));
                    yield ended.orElseGet(() -> open.carryOut(follower));
                }
            }
        };
    }
}
