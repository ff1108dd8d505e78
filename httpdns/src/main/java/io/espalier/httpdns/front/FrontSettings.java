package io.espalier.httpdns.front;

import io.espalier.httpdns.access.Addresses;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Where the front listens and how much it takes.
 *
 * @param listen plain HTTP; port 0 takes a free one
 * @param listenTls HTTPS; needs {@code tls}
 * @param loops event loops; each has a listening socket of its own
 * @param isShared whether the ports may be another process's as well: it takes over from that one (SO_REUSEPORT)
 */
public record FrontSettings(
        List<InetSocketAddress> listen,
        List<InetSocketAddress> listenTls,
        Optional<Tls> tls,
        int loops,
        Limits limits,
        Subnets subnets,
        boolean isShared) {
    public FrontSettings {
        listen = List.copyOf(listen);
        listenTls = List.copyOf(listenTls);
        if (listen.isEmpty() && listenTls.isEmpty()) {
            throw new IllegalArgumentException("listen: no address (expected: at least one)");
        }
        if (!listenTls.isEmpty() && tls.isEmpty()) {
            throw new IllegalArgumentException("listen-tls: needs a certificate and its key");
        }
        if (loops < 1 || loops > 1024) {
            throw new IllegalArgumentException("loops: " + loops + " (expected: 1 to 1024)");
        }
    }

    /** Plain HTTP on one port of one address, given in digits, as many loops as processors. */
    public static FrontSettings on(String address, int port) {
        return new FrontSettings(
                List.of(new InetSocketAddress(Addresses.address(address), port)),
                List.of(),
                Optional.empty(),
                Math.max(1, Runtime.getRuntime().availableProcessors()),
                Limits.USUAL,
                Subnets.CLAIMED,
                false);
    }

    /**
     * A certificate chain and its key, PEM, the key in PKCS#8. Read again when the files change.
     *
     * @param certificates the server's first
     */
    public record Tls(Path certificates, Path key) {}

    /** Whose network a question is asked for. */
    public enum Subnets {
        /** What a signed request or a trusted proxy says; otherwise nobody's */
        CLAIMED,
        /** Without such a claim, the network that the request comes from */
        PEER
    }

    /**
     * How much the front takes.
     *
     * @param head bytes of a request before its body
     * @param body bytes of a body
     * @param pipelined HTTP/1.1 requests that wait behind one that is being answered
     * @param streams of one HTTP/2 connection at once
     * @param connections in all
     * @param connectionsEach from one address, proxies apart
     * @param waiting questions that may wait for caches and upstreams at once
     * @param idle after which a connection without a request is closed
     * @param request from a request's first byte to its last
     * @param write for which a client may leave a reply unread
     */
    public record Limits(
            int head,
            int body,
            int pipelined,
            int streams,
            int connections,
            int connectionsEach,
            int waiting,
            Duration idle,
            Duration request,
            Duration write) {
        public static final Limits USUAL = new Limits(
                8192,
                65_535,
                64,
                100,
                20_000,
                1_000,
                4_096,
                Duration.ofSeconds(75),
                Duration.ofSeconds(10),
                Duration.ofSeconds(10));

        /** The same for slower or less patient times. */
        public Limits with(Duration idle, Duration request, Duration write) {
            return new Limits(
                    head, body, pipelined, streams, connections, connectionsEach, waiting, idle, request, write);
        }

        public Limits withConnections(int connections, int connectionsEach) {
            return new Limits(
                    head, body, pipelined, streams, connections, connectionsEach, waiting, idle, request, write);
        }

        public Limits withWaiting(int waiting) {
            return new Limits(
                    head, body, pipelined, streams, connections, connectionsEach, waiting, idle, request, write);
        }
    }
}
