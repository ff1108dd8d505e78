package io.espalier.protocol.release;

import java.time.Duration;
import java.util.Optional;

/** A question asked on the host after a switch until it is answered well or {@link #within()} is over. */
public sealed interface HealthCheck {

    Duration DEFAULT_WITHIN = Duration.ofSeconds(10);

    /** The deadline, counted from the first attempt. */
    Duration within();

    /** A GET that must answer with {@code status}; redirects are not followed. */
    record Http(String url, int status, Duration within) implements HealthCheck {
        @Override
        public String toString() {
            return "http " + url + " = " + status;
        }
    }

    /** A TCP connection that must be accepted. */
    record Tcp(String host, int port, Duration within) implements HealthCheck {
        @Override
        public String toString() {
            return "tcp " + host + ":" + port;
        }
    }

    /** A command that must exit with 0 and, where {@code expect} is given, print it somewhere in its output. */
    record Exec(Command command, Optional<String> expect, Duration within) implements HealthCheck {
        @Override
        public String toString() {
            return "exec " + command + expect.map(text -> " ~ " + text).orElse("");
        }
    }
}
