package io.espalier.httpdns.answer;

import java.util.Locale;

/** Where an answer came from; also the reason under which hits and misses are counted. */
public enum Origin {
    /** A name of the fleet, an override or another local zone */
    LOCAL_ZONE,
    /** This process's cache */
    MEMORY,
    /** The cache that nodes share */
    REDIS,
    /** An upstream, just now */
    UPSTREAM,
    /** A cache, past its time, because no upstream answered in time (RFC 8767) */
    STALE,
    /** No upstream could answer; remembered for a moment (RFC 9520) */
    FAILURE;

    /** As written in JSON, pages and docs: {@code local-zone}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
