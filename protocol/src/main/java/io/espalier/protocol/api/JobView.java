package io.espalier.protocol.api;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A job as its host told it.
 *
 * @param job {@code UNIT/NAME}
 * @param timing such as {@code every 10m} or {@code cron 0 30 2 * * ? Europe/Berlin}
 * @param work such as {@code run /usr/local/bin/rotate}
 * @param missed once or skip
 * @param overlap skip, wait or replace
 * @param next by the host's clock; absent if never again
 * @param last absent if it never ran
 */
public record JobView(
        String host,
        String job,
        String timing,
        String work,
        String missed,
        String overlap,
        @Nullable Instant next,
        @Nullable JobRunView last) {}
