package io.espalier.httpdns.dialect;

import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * What goes back, with status 200.
 *
 * @param bytes nobody may write to them
 * @param maxAge for how many seconds anyone may keep it; 0 if not at all
 * @param headers further ones; names and values are ours, never a client's
 */
@SuppressWarnings("ArrayRecordComponent") // made once and written to a socket
public record Body(String contentType, byte[] bytes, long maxAge, Map<String, String> headers) {
    static final String TEXT = "text/plain; charset=utf-8";
    static final String JSON = "application/json";

    static Body of(String contentType, CharSequence text, long maxAge) {
        return new Body(contentType, text.toString().getBytes(StandardCharsets.UTF_8), maxAge, Map.of());
    }

    Body with(String name, String value) {
        return new Body(contentType, bytes, maxAge, Map.of(name, value));
    }
}
