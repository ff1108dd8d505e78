package io.espalier.orchestrator.ssh;

import io.espalier.orchestrator.fleet.Host;
import io.espalier.orchestrator.host.LinkException;
import io.espalier.protocol.HostName;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** Keys that a test sets, and the refusals that it wants to see. */
final class TestHostKeys implements HostKeys {

    private final Map<HostName, Trust> trusted = new ConcurrentHashMap<>();
    final List<Optional<HostKey>> refused = new CopyOnWriteArrayList<>();

    TestHostKeys trust(String host, Trust trust) {
        trusted.put(new HostName(host), trust);
        return this;
    }

    TestHostKeys pin(String host, String key) {
        return trust(host, Trust.pinned(HostKey.parse(key)));
    }

    @Override
    public Trust trust(Host host) {
        return trusted.getOrDefault(host.name(), Trust.NONE);
    }

    @Override
    public void refused(Host host, LinkException why, Optional<HostKey> presented) {
        refused.add(presented);
    }
}
