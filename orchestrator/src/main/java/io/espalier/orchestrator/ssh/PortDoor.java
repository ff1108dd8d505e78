package io.espalier.orchestrator.ssh;

import io.espalier.orchestrator.host.LinkException;
import io.espalier.orchestrator.host.Wire;
import io.espalier.protocol.Reason;
import java.io.IOException;
import net.schmizz.sshj.connection.channel.OpenFailException;

/** The way through a host's sshd to a port of its loopback ({@code direct-tcpip}). */
final class PortDoor {

    private static final String LOOPBACK = "127.0.0.1";

    private PortDoor() {}

    static Wire open(SshConnection connection, int port) {
        String where = connection.host().name() + ": ";
        try {
            var channel = connection.client().newDirectConnection(LOOPBACK, port);
            return new ChannelWire(connection, channel, () -> "", () -> {});
        } catch (OpenFailException e) {
            boolean isForbidden = e.getReason() == OpenFailException.Reason.ADMINISTRATIVELY_PROHIBITED;
            throw new LinkException(
                    Reason.UNREACHABLE,
                    isForbidden
                            ? where + "sshd lets the deploy key not through to " + LOOPBACK + ":" + port
                                    + " (enrol the host again, or add permitopen)"
                            : where + "nothing listens on " + LOOPBACK + ":" + port,
                    e);
        } catch (IOException e) {
            var failure = SshFailure.of(e, false);
            throw new LinkException(
                    failure.isTimeout() ? Reason.TIMED_OUT : Reason.UNREACHABLE, where + failure.text(), e);
        }
    }
}
