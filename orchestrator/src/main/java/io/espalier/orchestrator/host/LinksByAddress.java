package io.espalier.orchestrator.host;

import io.espalier.orchestrator.fleet.Host;

/** Links to this machine's agent for a host without an address, links over the network for all others. */
public final class LinksByAddress implements Links {

    private final Links local;
    private final Links remote;

    public LinksByAddress(Links local, Links remote) {
        this.local = local;
        this.remote = remote;
    }

    @Override
    public Link open(Host host) {
        return of(host).open(host);
    }

    @Override
    public Link openFresh(Host host) {
        return of(host).openFresh(host);
    }

    @Override
    public Wire tunnel(Host host, int port) {
        return of(host).tunnel(host, port);
    }

    private Links of(Host host) {
        return host.ssh().address().isEmpty() ? local : remote;
    }

    @Override
    public void close() {
        local.close();
        remote.close();
    }
}
