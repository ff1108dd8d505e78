package io.espalier.protocol.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** @param state running, done or failed */
public record EnrolmentView(
        String id,
        String host,
        String state,
        List<String> lines,
        @Nullable String auid,
        @Nullable String reason,
        @Nullable String detail) {}
