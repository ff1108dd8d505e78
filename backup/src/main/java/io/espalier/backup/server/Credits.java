package io.espalier.backup.server;

import java.util.HashMap;
import java.util.Map;

/**
 * How many bytes may lie in Redis. Each session gets a window; the windows of all sessions on one master never add up to
 * more than the budget. A session for which nothing is left gets none, and waits. Safe for all threads.
 */
public final class Credits {
    /** No window is smaller: two frames, so that one travels while the other is taken. */
    public static final long LEAST = 1 << 20;

    private final long budget;
    private final long most;
    private final Map<String, Long> granted = new HashMap<>();

    /**
     * @param budget of one master, in bytes
     * @param most of one session
     */
    public Credits(long budget, long most) {
        if (budget < LEAST || most < LEAST) {
            throw new IllegalArgumentException("budget: " + budget + ", " + most + " (expected: at least 1 MiB each)");
        }
        this.budget = budget;
        this.most = most;
    }

    /** A session's part of the budget of {@code master}. */
    public final class Window implements AutoCloseable {
        private final String master;
        private final long bytes;
        private boolean isClosed;

        private Window(String master, long bytes) {
            this.master = master;
            this.bytes = bytes;
        }

        public long bytes() {
            return bytes;
        }

        public String master() {
            return master;
        }

        @Override
        public void close() {
            synchronized (Credits.this) {
                if (!isClosed) {
                    isClosed = true;
                    granted.merge(master, -bytes, Long::sum);
                }
            }
        }
    }

    /** A quarter of what is left, within the bounds, so that the first does not take all; or nothing. */
    public synchronized java.util.Optional<Window> open(String master) {
        long left = budget - granted.getOrDefault(master, 0L);
        if (left < LEAST) {
            return java.util.Optional.empty();
        }
        long bytes = Math.clamp(left / 4, LEAST, most);
        granted.merge(master, bytes, Long::sum);
        return java.util.Optional.of(new Window(master, bytes));
    }

    /** Granted on {@code master} now. */
    public synchronized long granted(String master) {
        return granted.getOrDefault(master, 0L);
    }
}
