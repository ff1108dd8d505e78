package io.espalier.orchestrator.host;

import io.espalier.orchestrator.fleet.Host;
import io.espalier.protocol.wire.Message;

/** Is told how an agent introduced itself, before anything else that it says is believed. */
@FunctionalInterface
public interface Greeter {

    /** @throws LinkException if the agent is not the one that belongs to {@code host}; the link is closed then */
    void welcome(Host host, Message.Welcome welcome);
}
