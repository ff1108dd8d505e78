package io.espalier.httpdns.redis;

import io.espalier.httpdns.cache.Kept;

/** What a look into the shared cache gave. */
public sealed interface Looked {
    /** Fresh, or stale but usable. */
    record Hit(Kept kept) implements Looked {}

    record Miss() implements Looked {}

    /** The cache did not say in time. */
    record Unavailable(String reason) implements Looked {}
}
