package io.espalier.orchestrator.enrol;

import io.espalier.orchestrator.fleet.Host;
import io.espalier.orchestrator.fleet.Vars;
import io.espalier.orchestrator.host.Greeter;
import io.espalier.orchestrator.host.HostRecord;
import io.espalier.orchestrator.host.HostRegistry;
import io.espalier.orchestrator.host.Link;
import io.espalier.orchestrator.host.LinkException;
import io.espalier.orchestrator.host.LinkLimits;
import io.espalier.orchestrator.host.Traffic;
import io.espalier.orchestrator.ssh.DeployKey;
import io.espalier.orchestrator.ssh.HostKey;
import io.espalier.orchestrator.ssh.HostKeys;
import io.espalier.orchestrator.ssh.RemoteShell;
import io.espalier.orchestrator.ssh.SshLinks;
import io.espalier.orchestrator.ssh.SshSettings;
import io.espalier.protocol.Auid;
import io.espalier.protocol.HostName;
import io.espalier.protocol.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Takes a host into the fleet. Needs nothing on it but sshd and a user that is, or becomes, root. Done twice, the second
 * time brings the newer agent, or changes nothing.
 */
public final class Enrolment {

    /** How long a new agent has to answer. */
    private static final Duration FIRST_ANSWER = Duration.ofSeconds(60);

    private static final Duration ASK_EVERY = Duration.ofMillis(200);

    private static final int ID_BYTES = 5;

    private final HostRegistry registry;
    private final DeployKey deployKey;
    private final PublicKey releaseKey;
    private final Supplier<AgentImage> image;
    private final SshSettings settings;
    private final InstantSource clock;
    private final SecureRandom random = new SecureRandom();

    /**
     * @param releaseKey the public half of the key that signs releases
     * @param image asked for when it is needed; may throw if there is none
     */
    public Enrolment(
            HostRegistry registry,
            DeployKey deployKey,
            PublicKey releaseKey,
            Supplier<AgentImage> image,
            SshSettings settings,
            InstantSource clock) {
        this.registry = registry;
        this.deployKey = deployKey;
        this.releaseKey = releaseKey;
        this.image = image;
        this.settings = settings;
        this.clock = clock;
    }

    /**
     * The key that a host presents, for a person to agree to.
     *
     * @throws EnrolmentException if it cannot be reached
     */
    public HostKey probe(EnrolmentRequest.Target target) {
        try {
            return RemoteShell.presentedBy(host(new HostName("new"), target, target.user()), settings);
        } catch (LinkException e) {
            throw new EnrolmentException(e.reason(), target.address() + ": " + e.getMessage(), e);
        }
    }

    /**
     * Enrols a host; blocks for as long as it takes, a minute or so over a slow line.
     *
     * @param progress is told, in words for people, what is done
     * @return the id of its agent
     * @throws EnrolmentException saying which step failed
     */
    public Auid run(EnrolmentRequest request, Consumer<String> progress) {
        try {
            return enrol(request, progress);
        } catch (LinkException e) {
            throw new EnrolmentException(e.reason(), String.valueOf(e.getMessage()), e);
        }
    }

    private Auid enrol(EnrolmentRequest request, Consumer<String> progress) {
        EnrolmentRequest.Target target = request.target();
        HostKey key = probe(target);
        if (!key.fingerprint().equals(request.hostKey())) {
            throw new EnrolmentException(
                    Reason.HOST_KEY_CHANGED,
                    target.address() + " presents " + key + " (agreed to: " + request.hostKey() + ")");
        }
        progress.accept("host key " + key + " pinned");
        registry.pinnedKey(request.name())
                .filter(pinned -> !pinned.equals(key.line()))
                .ifPresent(pinned -> progress.accept("it takes the place of " + HostKey.parse(pinned)));
        try (RemoteShell shell =
                RemoteShell.connect(host(request.name(), target, target.user()), request.login(), key, settings)) {
            progress.accept("logged in as " + target.user());
            EnrolmentRunner runner = EnrolmentRunner.on(shell, target.user());
            Survey found = runner.survey();
            progress.accept("found " + found.os() + " (" + found.arch() + ")"
                    + (found.image().isPresent() ? ", with an agent" : ", without an agent"));
            var luggage = luggage(request, found);
            runner.run(EnrolmentPlanner.plan(found, luggage), progress);
            if (found.forbidsSockets()) {
                progress.accept("sshd forbids channels to sockets; the slower bridge will be used");
            }
            progress.accept("waiting for the agent");
            String version = awaitAgent(request, key, luggage.auid());
            runner.run(List.of(EnrolmentPlanner.cleaning(found, luggage)), _ -> {});
            registry.enrol(
                    request.name(),
                    new HostRecord.Enrolment(
                            luggage.auid(),
                            target.address(),
                            target.port(),
                            EnrolmentPlanner.USER,
                            Optional.of(key.line()),
                            request.tags(),
                            clock.instant()));
            progress.accept("enrolled " + request.name() + " as " + luggage.auid() + ", agent " + version);
            return luggage.auid();
        }
    }

    private EnrolmentPlanner.Luggage luggage(EnrolmentRequest request, Survey found) {
        return new EnrolmentPlanner.Luggage(
                image.get(),
                auid(request.name(), found),
                settings.agentSocket(),
                deployKey.publicLine(),
                Base64.getEncoder().encodeToString(releaseKey.getEncoded()),
                unitFile(),
                request.jump());
    }

    /** The one that this very host has, or a new one. */
    private Auid auid(HostName name, Survey found) {
        Optional<Auid> own = found.config().flatMap(AgentConfig::auid);
        if (own.isPresent() && own.equals(registry.auid(name))) {
            return own.get();
        }
        byte[] id = new byte[ID_BYTES];
        random.nextBytes(id);
        String suffix = "-" + HexFormat.of().formatHex(id);
        int room = 64 - suffix.length();
        String stem =
                name.value().length() <= room ? name.value() : name.value().substring(0, room);
        return new Auid(stem + suffix);
    }

    /** Asks over the deploy user's own way, which is thereby tried out. */
    private String awaitAgent(EnrolmentRequest request, HostKey key, Auid auid) {
        long end = System.nanoTime() + FIRST_ANSWER.toNanos();
        while (true) {
            try {
                return askAgent(request, key, auid);
            } catch (LinkException e) {
                if (isHopeless(e.reason()) || System.nanoTime() > end) {
                    throw new EnrolmentException(
                            e.reason(), "the agent was started and cannot be reached: " + e.getMessage(), e);
                }
            }
            LockSupport.parkNanos(ASK_EVERY.toNanos());
        }
    }

    /** With links of its own, which have not learnt from earlier tries to wait. */
    private String askAgent(EnrolmentRequest request, HostKey key, Auid auid) {
        var version = new AtomicReference<>("");
        Greeter greeter = (_, welcome) -> {
            if (!welcome.auid().equals(auid)) {
                throw new LinkException(Reason.WRONG_HOST, "another agent answers: " + welcome.auid());
            }
            version.set(welcome.agentVersion());
        };
        try (var links = new SshLinks(
                        deployKey.login(),
                        trusting(key),
                        greeter,
                        _ -> Optional.empty(),
                        settings,
                        LinkLimits.DEFAULT,
                        new Traffic(),
                        clock);
                Link link = links.openFresh(host(request.name(), request.target(), EnrolmentPlanner.USER))) {
            link.status();
            return version.get();
        }
    }

    private static boolean isHopeless(Reason reason) {
        return reason == Reason.AUTH_FAILED || reason == Reason.PROTOCOL_MISMATCH || reason == Reason.HOST_KEY_CHANGED;
    }

    private static HostKeys trusting(HostKey key) {
        return new HostKeys() {
            @Override
            public Trust trust(Host host) {
                return Trust.pinned(key);
            }

            @Override
            public void refused(Host host, LinkException why, Optional<HostKey> presented) {
                // the enrolment fails by it, and says so
            }
        };
    }

    private static Host host(HostName name, EnrolmentRequest.Target target, String user) {
        return new Host(
                name,
                new Host.SshAddress(target.address(), target.port(), user, Optional.empty(), Optional.empty()),
                "",
                new TreeSet<>(),
                Vars.NONE);
    }

    private static String unitFile() {
        try (InputStream in = Objects.requireNonNull(Enrolment.class.getResourceAsStream("espalier-agent.service"))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
