package io.espalier.protocol.api;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A release with which a path changed on a host.
 *
 * @param number of its manifest
 * @param kind deploy, heal or rollback
 * @param action create, update, attributes or remove
 * @param revision of the fleet source, with its author and subject; absent where the rollout is not known any more
 * @param diff unified; absent for secrets, binaries and attributes, for which {@code note} speaks
 */
public record PathChangeView(
        long number,
        String release,
        long rollout,
        String kind,
        String action,
        @Nullable String revision,
        @Nullable String author,
        @Nullable String subject,
        Instant at,
        @Nullable String diff,
        @Nullable String note) {}
