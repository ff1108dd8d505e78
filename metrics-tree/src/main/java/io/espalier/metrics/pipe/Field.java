package io.espalier.metrics.pipe;

/** What a part of a log line means. */
public enum Field {
    HOST,
    USER,
    TIME,
    /** {@code GET /path HTTP/1.1}; its parts are METHOD and URL. */
    REQUEST,
    METHOD,
    URL,
    STATUS,
    BYTES,
    REFERRER,
    AGENT,
    REQUEST_SECONDS,
    REQUEST_MILLIS,
    REQUEST_MICROS,
    REQUEST_NANOS,
    UPSTREAM_SECONDS,
    VHOST,
    /** Nothing that a pipe reads. */
    OTHER;

    static final int COUNT = values().length;
}
