package io.espalier.protocol.api;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * @param job {@code UNIT/NAME}
 * @param due by the host's clock, as is {@code started}
 * @param by schedule or hand
 * @param ending ok, failed, timed-out, replaced, not-started, skipped or missed
 * @param status exit status, where a program ended by itself
 * @param output the last of what it printed
 */
public record JobRunView(
        String host,
        String job,
        Instant due,
        Instant started,
        long millis,
        String by,
        String ending,
        @Nullable Integer status,
        String output) {}
