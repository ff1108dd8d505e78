package io.espalier.orchestrator.rollout;

import io.espalier.protocol.Auid;
import io.espalier.protocol.HostName;
import java.util.Optional;

/** Tells which agent a host has; empty if it is not enrolled. */
@FunctionalInterface
public interface Auids {

    Optional<Auid> of(HostName host);
}
