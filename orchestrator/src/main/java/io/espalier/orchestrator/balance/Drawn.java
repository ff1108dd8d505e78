package io.espalier.orchestrator.balance;

/** A balancer's peers, or why there can be none. */
sealed interface Drawn {

    /** To be delivered. */
    record Ready(PeersContent content) implements Drawn {}

    /** The balancer keeps what it has. */
    record Impossible(String why) implements Drawn {}
}
