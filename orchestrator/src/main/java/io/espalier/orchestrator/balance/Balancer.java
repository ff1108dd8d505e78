package io.espalier.orchestrator.balance;

import io.espalier.orchestrator.fleet.Host;

/**
 * A host that takes peers.
 *
 * @param tier to whose hosts it sends
 * @param port of its loopback on which it takes them
 * @param memberPort on which members listen unless they say otherwise
 */
record Balancer(Host host, String tier, int port, int memberPort) {}
