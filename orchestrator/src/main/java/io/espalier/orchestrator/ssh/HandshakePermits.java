package io.espalier.orchestrator.ssh;

import io.espalier.orchestrator.host.LinkException;
import io.espalier.protocol.HostName;
import io.espalier.protocol.Reason;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Bounds how many handshakes are under way: each costs CPU here, and a jump host's sshd drops what is too many. */
final class HandshakePermits {

    /** How long a handshake waits for its turn. */
    private static final Duration QUEUE = Duration.ofMinutes(2);

    private final Semaphore all;
    private final int perJump;
    private final Map<HostName, Semaphore> byJump = new ConcurrentHashMap<>();

    HandshakePermits(int all, int perJump) {
        this.all = new Semaphore(all, true);
        this.perJump = perJump;
    }

    <T> T within(HostName host, Optional<HostName> jump, Supplier<T> handshake) {
        if (jump.isPresent()) {
            Semaphore turns = byJump.computeIfAbsent(jump.get(), _ -> new Semaphore(perJump, true));
            return within(host, turns, () -> within(host, all, handshake));
        }
        return within(host, all, handshake);
    }

    private static <T> T within(HostName host, Semaphore turns, Supplier<T> handshake) {
        try {
            if (!turns.tryAcquire(QUEUE.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new LinkException(
                        Reason.TIMED_OUT,
                        host + ": waited " + QUEUE.toSeconds() + " s for its turn to connect; too many others do");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LinkException(Reason.ABORTED, host + ": interrupted before connecting", e);
        }
        try {
            return handshake.get();
        } finally {
            turns.release();
        }
    }
}
