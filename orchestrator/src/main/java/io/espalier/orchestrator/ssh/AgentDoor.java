package io.espalier.orchestrator.ssh;

import io.espalier.orchestrator.host.LinkException;
import io.espalier.orchestrator.host.Wire;
import io.espalier.protocol.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import net.schmizz.sshj.connection.channel.OpenFailException;
import net.schmizz.sshj.connection.channel.direct.Session;

/**
 * The two ways from one host's sshd to its agent, and which of them works: a channel straight to the agent's socket, or
 * a program that copies between it and a session.
 *
 * <p>OpenSSH gives the same answer whether the socket is missing or forwarding to sockets is forbidden, so the bridge is
 * tried whenever the channel is refused; but seldom while neither works, because each try starts a program on the host.
 */
final class AgentDoor {

    private static final Duration BRIDGE_REMEMBERED = Duration.ofHours(1);

    private static final Duration BRIDGE_RESTED = Duration.ofSeconds(30);

    private static final int BRIDGE_TRIES = 2;

    private static final int MAX_LAST_WORDS = 2_000;

    private final SshSettings settings;
    private final InstantSource clock;
    private volatile Instant bridgeUntil = Instant.MIN;
    private volatile Instant bridgeNotBefore = Instant.MIN;
    private final AtomicInteger bridgeFailures = new AtomicInteger();

    AgentDoor(SshSettings settings, InstantSource clock) {
        this.settings = settings;
        this.clock = clock;
    }

    /** @param afterClose what else ends with the wire */
    Entered open(SshConnection connection, Runnable afterClose) {
        if (clock.instant().isBefore(bridgeUntil)) {
            return openBridge(connection, afterClose);
        }
        try {
            var channel = new StreamLocalChannel(connection.client().getConnection(), settings.agentSocket());
            channel.open();
            return new Entered(new ChannelWire(connection, channel, () -> "", afterClose), () -> {});
        } catch (OpenFailException e) {
            if (clock.instant().isBefore(bridgeNotBefore)) {
                throw new LinkException(
                        Reason.AGENT_DOWN,
                        connection.host().name() + ": no agent listens on " + settings.agentSocket() + " ("
                                + SshFailure.printable(String.valueOf(e.getMessage())) + ")",
                        e);
            }
            return openBridge(connection, afterClose);
        } catch (IOException e) {
            throw lost(connection, e);
        }
    }

    private Entered openBridge(SshConnection connection, Runnable afterClose) {
        try {
            Session session = connection.client().startSession();
            Session.Command bridge = session.exec(settings.bridge());
            var answered = new AtomicBoolean();
            Runnable ended = () -> {
                if (!answered.get()) {
                    bridgeFailed();
                }
                afterClose.run();
            };
            return new Entered(new ChannelWire(connection, bridge, () -> lastWords(bridge), ended), () -> {
                answered.set(true);
                bridgeFailures.set(0);
                bridgeUntil = clock.instant().plus(BRIDGE_REMEMBERED);
            });
        } catch (IOException e) {
            if (!connection.isAlive()) {
                throw lost(connection, e);
            }
            bridgeFailed();
            throw new LinkException(
                    Reason.AGENT_DOWN,
                    connection.host().name() + ": no agent listens on " + settings.agentSocket()
                            + ", and sshd starts no bridge to it: "
                            + SshFailure.printable(String.valueOf(e.getMessage())),
                    e);
        }
    }

    private void bridgeFailed() {
        bridgeUntil = Instant.MIN;
        if (bridgeFailures.incrementAndGet() >= BRIDGE_TRIES) {
            bridgeNotBefore = clock.instant().plus(BRIDGE_RESTED);
        }
    }

    private static LinkException lost(SshConnection connection, IOException e) {
        var failure = SshFailure.of(e, false);
        return new LinkException(
                failure.isTimeout() ? Reason.TIMED_OUT : Reason.UNREACHABLE,
                connection.host().name() + ": " + failure.text(),
                e);
    }

    private static String lastWords(Session.Command bridge) {
        try {
            InputStream errors = bridge.getErrorStream();
            byte[] said = new byte[Math.min(errors.available(), MAX_LAST_WORDS)];
            int length = said.length == 0 ? 0 : errors.read(said);
            return SshFailure.printable(new String(said, 0, Math.max(length, 0), StandardCharsets.UTF_8));
        } catch (IOException _) {
            return "";
        }
    }

    /**
     * A way that was opened.
     *
     * @param answered to be run when an agent answered behind it
     */
    record Entered(Wire wire, Runnable answered) {}
}
