package io.espalier.orchestrator.ssh;

import java.time.Duration;

/**
 * How connections are made and kept.
 *
 * @param agentSocket of the agent, on the host
 * @param bridge what is run where sshd does not let us reach the socket: copies between it and its own input and output
 * @param connectTimeout for TCP to answer
 * @param handshakeTimeout from the first byte to being logged in
 * @param keepAlive how often a quiet connection is probed, in whole seconds; zero never
 * @param keepAliveCount a connection is given up when so many probes went unanswered
 * @param handshakes how many may be under way at once
 * @param handshakesPerJump how many of them through one jump host, whose sshd drops more than ten
 *     ({@code MaxStartups 10:30:100})
 * @param connections how many are kept open; beyond that, the one that was unused for longest is closed
 * @param backOff after the first failure; doubled with each further one
 * @param backOffMost the longest
 */
public record SshSettings(
        String agentSocket,
        String bridge,
        Duration connectTimeout,
        Duration handshakeTimeout,
        Duration keepAlive,
        int keepAliveCount,
        int handshakes,
        int handshakesPerJump,
        int connections,
        Duration backOff,
        Duration backOffMost) {

    public static final SshSettings DEFAULT = new SshSettings(
            "/run/espalier/agent.sock",
            "/opt/espalier-agent/bin/espalier-agent bridge",
            Duration.ofSeconds(5),
            Duration.ofSeconds(15),
            Duration.ofSeconds(5),
            3,
            32,
            8,
            5_000,
            Duration.ofMillis(500),
            Duration.ofSeconds(30));

    /** These with other keep-alive probes. */
    public SshSettings withKeepAlive(Duration every, int count) {
        return new SshSettings(
                agentSocket,
                bridge,
                connectTimeout,
                handshakeTimeout,
                every,
                count,
                handshakes,
                handshakesPerJump,
                connections,
                backOff,
                backOffMost);
    }

    /** These with another number of connections kept. */
    public SshSettings withConnections(int most) {
        return new SshSettings(
                agentSocket,
                bridge,
                connectTimeout,
                handshakeTimeout,
                keepAlive,
                keepAliveCount,
                handshakes,
                handshakesPerJump,
                most,
                backOff,
                backOffMost);
    }

    /** These with other delays after failures. */
    public SshSettings withBackOff(Duration first, Duration most) {
        return new SshSettings(
                agentSocket,
                bridge,
                connectTimeout,
                handshakeTimeout,
                keepAlive,
                keepAliveCount,
                handshakes,
                handshakesPerJump,
                connections,
                first,
                most);
    }
}
