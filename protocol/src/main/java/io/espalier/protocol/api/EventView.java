package io.espalier.protocol.api;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One thing that happened in a rollout.
 *
 * @param id grows; unique over all rollouts
 * @param kind started, wave, step, host, paused, resumed or ended
 * @param text for people, as the pusher sees it
 */
public record EventView(
        long id,
        long rollout,
        Instant at,
        String kind,
        int wave,
        @Nullable String host,
        @Nullable String state,
        String text) {}
