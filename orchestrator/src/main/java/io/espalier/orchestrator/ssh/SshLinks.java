package io.espalier.orchestrator.ssh;

import io.espalier.orchestrator.fleet.Host;
import io.espalier.orchestrator.host.AgentConversation;
import io.espalier.orchestrator.host.Greeter;
import io.espalier.orchestrator.host.Link;
import io.espalier.orchestrator.host.LinkException;
import io.espalier.orchestrator.host.LinkLimits;
import io.espalier.orchestrator.host.Links;
import io.espalier.orchestrator.host.Traffic;
import io.espalier.orchestrator.host.Watchdog;
import io.espalier.orchestrator.host.Wire;
import io.espalier.protocol.HostName;
import io.espalier.protocol.Reason;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/**
 * Links over SSH. One connection a host, kept open and probed while it is quiet; on it a channel to the agent's socket
 * for each conversation that is under way, and up to two that wait for the next.
 *
 * <p>A connection that fails is made anew when a link is next asked for, but not before a delay that grows with each
 * failure; until then the same failure is given again at once.
 */
public final class SshLinks implements Links {

    private static final int MOST_JUMPS = 4;

    /** Hosts of the fleet are asked for their status far more often than this. */
    private static final Duration IDLE = Duration.ofMinutes(15);

    private final Login login;
    private final HostKeys hostKeys;
    private final Greeter greeter;
    private final Function<HostName, Optional<Host>> fleet;
    private final SshSettings settings;
    private final LinkLimits limits;
    private final Traffic traffic;
    private final InstantSource clock;
    private final HandshakePermits permits;
    private final Watchdog watchdog = new Watchdog();
    private final RandomGenerator random = RandomGenerator.getDefault();
    private final Map<HostName, HostSlot> slots = new ConcurrentHashMap<>();

    /**
     * @param login of the deploy user, on every host
     * @param fleet finds jump hosts by name
     */
    public SshLinks(
            Login login,
            HostKeys hostKeys,
            Greeter greeter,
            Function<HostName, Optional<Host>> fleet,
            SshSettings settings,
            LinkLimits limits,
            Traffic traffic,
            InstantSource clock) {
        this.login = login;
        this.hostKeys = hostKeys;
        this.greeter = greeter;
        this.fleet = fleet;
        this.settings = settings;
        this.limits = limits;
        this.traffic = traffic;
        this.clock = clock;
        this.permits = new HandshakePermits(settings.handshakes(), settings.handshakesPerJump());
    }

    @Override
    public Link open(Host host) {
        HostSlot slot = slot(host.name());
        HostSlot.Kept kept = acquire(slot, host, 0);
        return kept.conversations()
                .lend(kept.conversations()
                        .take()
                        .orElseGet(() -> converse(host, slot.door(), kept.connection(), () -> {})));
    }

    @Override
    public Link openFresh(Host host) {
        SshConnection connection = connect(host, hostKeys.trust(host), false, 0);
        try {
            return converse(host, slot(host.name()).door(), connection, connection::close);
        } catch (RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    @Override
    public Wire tunnel(Host host, int port) {
        SshConnection connection = acquire(slot(host.name()), host, 0).connection();
        return PortDoor.open(connection, port);
    }

    /** How many connections are open now. */
    public long connections() {
        return slots.values().stream().filter(HostSlot::isConnected).count();
    }

    /** Forgets all about a host that left the fleet. */
    public void forget(HostName host) {
        Optional.ofNullable(slots.remove(host)).ifPresent(HostSlot::drop);
    }

    @Override
    public void close() {
        slots.values().forEach(HostSlot::drop);
        watchdog.close();
    }

    private AgentConversation converse(Host host, AgentDoor door, SshConnection connection, Runnable afterClose) {
        AgentDoor.Entered way = door.open(connection, afterClose);
        traffic.channel();
        Greeter noting = (of, welcome) -> {
            way.answered().run();
            greeter.welcome(of, welcome);
        };
        return new AgentConversation(host, way.wire(), noting, limits, watchdog, traffic);
    }

    private HostSlot.Kept acquire(HostSlot slot, Host host, int jumps) {
        HostKeys.Trust trust = hostKeys.trust(host);
        return slot.acquire(host, trust, clock.instant(), () -> {
            makeRoom();
            return connect(host, trust, true, jumps);
        });
    }

    private SshConnection connect(Host host, HostKeys.Trust trust, boolean keepAlive, int jumps) {
        Optional<SshConnection> through = host.ssh().jump().map(name -> jumpHost(host, name, jumps + 1));
        try {
            return permits.within(host.name(), host.ssh().jump(), () -> {
                traffic.handshake();
                return SshConnection.connect(host, login, trust, through, settings, keepAlive, watchdog);
            });
        } catch (HostKeyException e) {
            var told = new LinkException(e.reason(), String.valueOf(e.getMessage()), e);
            hostKeys.refused(host, told, e.presented());
            throw told;
        }
    }

    private SshConnection jumpHost(Host host, HostName name, int jumps) {
        if (jumps > MOST_JUMPS) {
            throw new LinkException(
                    Reason.UNREACHABLE, host.name() + ": more than " + MOST_JUMPS + " jump hosts in a row");
        }
        Host jump = fleet.apply(name)
                .orElseThrow(() -> new LinkException(
                        Reason.UNREACHABLE, host.name() + ": its jump host " + name + " is not in the fleet"));
        try {
            return acquire(slot(name), jump, jumps).connection();
        } catch (LinkException e) {
            throw new LinkException(
                    Reason.UNREACHABLE, host.name() + ": its jump host cannot be reached: " + e.getMessage(), e);
        }
    }

    private HostSlot slot(HostName host) {
        return slots.computeIfAbsent(
                host,
                _ -> new HostSlot(
                        new AgentDoor(settings, clock),
                        new BackOff(settings.backOff(), settings.backOffMost(), clock, random),
                        settings));
    }

    /**
     * Closes what nobody has used for long, as of hosts that left the fleet, and then what was unused for longest, until
     * one more may be opened.
     */
    private void makeRoom() {
        Set<HostName> jumps =
                slots.values().stream().flatMap(slot -> slot.jump().stream()).collect(Collectors.toSet());
        List<HostSlot> closable = slots.entrySet().stream()
                .filter(slot -> !jumps.contains(slot.getKey()))
                .map(Map.Entry::getValue)
                .filter(slot -> slot.isConnected() && !slot.isInUse())
                .sorted(Comparator.comparing(HostSlot::lastUsed))
                .toList();
        Instant old = clock.instant().minus(IDLE);
        long tooMany = connections() - settings.connections() + 1;
        for (HostSlot slot : closable) {
            if (tooMany <= 0 && !slot.lastUsed().isBefore(old)) {
                return;
            }
            slot.drop();
            tooMany--;
        }
    }
}
