package io.espalier.orchestrator.host;

import io.espalier.orchestrator.fleet.Host;

/** Gives links to hosts, over connections that are kept open and bounded in number. */
public interface Links extends AutoCloseable {

    /** A link over a connection that may have been open before. */
    Link open(Host host);

    /** A link over a connection made just for it, with a handshake of its own: proof that the host can be reached. */
    Link openFresh(Host host);

    /**
     * A way to a TCP port that listens on the host's own loopback. Waits for a bounded time until it is there; whoever
     * reads from it must bound the wait.
     *
     * @throws LinkException if the host cannot be reached, lets nobody through, or nothing listens there
     */
    Wire tunnel(Host host, int port);

    @Override
    void close();
}
