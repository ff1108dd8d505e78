package io.espalier.protocol.api;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** @param kind missing, content, type, mode, owner or unexpected */
public record DriftView(
        String host,
        String path,
        String unit,
        String kind,
        @Nullable String expected,
        @Nullable String actual,
        Instant since) {}
