package io.espalier.protocol.api;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

public record AuditView(
        long id,
        Instant at,
        String who,
        String action,
        String what,
        @Nullable String from,
        @Nullable String to) {}
