package io.espalier.httpdns.front;

import io.espalier.httpdns.dialect.Request;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * A request and where it came from.
 *
 * @param peer the other end of the connection
 * @param forwarded {@code X-Forwarded-For}, several joined by commas; null if there is none
 * @param authorization null if there is none
 * @param started when its last byte came, by {@link System#nanoTime}
 */
record Call(
        Request request,
        InetAddress peer,
        @Nullable String forwarded,
        @Nullable String authorization,
        long started) {}
