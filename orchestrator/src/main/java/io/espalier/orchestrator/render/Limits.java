package io.espalier.orchestrator.render;

import java.time.Duration;

/**
 * What rendering one file may take.
 *
 * @param time from start to end
 * @param output in bytes of UTF-8
 * @param steps directives and interpolations carried out; unlike {@code time}, the same on every machine
 * @param memory taken while rendering, in bytes; what was given back counts too
 */
public record Limits(Duration time, int output, long steps, long memory) {

    public static final Limits DEFAULT = new Limits(Duration.ofSeconds(5), 16 << 20, 5_000_000, 1L << 30);
}
