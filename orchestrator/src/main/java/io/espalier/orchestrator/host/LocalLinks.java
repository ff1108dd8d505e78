package io.espalier.orchestrator.host;

import io.espalier.orchestrator.fleet.Host;
import io.espalier.protocol.HostName;
import io.espalier.protocol.Reason;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/** Links to agents on this machine, straight to their sockets. */
public final class LocalLinks implements Links {

    private final Function<Host, Path> sockets;
    private final Greeter greeter;
    private final LinkLimits limits;
    private final Watchdog watchdog = new Watchdog();
    private final Traffic traffic;
    private final Map<HostName, KeptConversations> kept = new ConcurrentHashMap<>();

    /** @param sockets where the agent of a host listens */
    public LocalLinks(Function<Host, Path> sockets, Greeter greeter, LinkLimits limits, Traffic traffic) {
        this.sockets = sockets;
        this.greeter = greeter;
        this.limits = limits;
        this.traffic = traffic;
    }

    @Override
    public Link open(Host host) {
        KeptConversations idle = kept.computeIfAbsent(host.name(), _ -> new KeptConversations());
        return idle.lend(idle.take().orElseGet(() -> connect(host)));
    }

    @Override
    public Link openFresh(Host host) {
        return connect(host);
    }

    @Override
    public Wire tunnel(Host host, int port) {
        try {
            return LoopbackWire.connect(port);
        } catch (IOException e) {
            throw new LinkException(
                    Reason.UNREACHABLE,
                    host.name() + ": nothing listens on 127.0.0.1:" + port + ": " + e.getMessage(),
                    e);
        }
    }

    private AgentConversation connect(Host host) {
        Path socket = sockets.apply(host);
        try {
            Wire wire = UnixWire.connect(socket);
            traffic.channel();
            return new AgentConversation(host, wire, greeter, limits, watchdog, traffic);
        } catch (IOException e) {
            throw new LinkException(
                    Reason.AGENT_DOWN, host.name() + ": no agent listens on " + socket + ": " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        kept.values().forEach(KeptConversations::close);
        watchdog.close();
    }
}
