package io.espalier.protocol.api;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A load balancer and the peers it was given.
 *
 * @param tier to whose hosts it sends; absent while its variables make no sense
 * @param state current, waiting (for its first delivery, or for the next), or failing
 * @param version of the document that it took last; 0 if none since the orchestrator's start
 * @param error what went wrong last, until a delivery succeeds
 * @param members in the document that is due; {@code up} of them get requests
 * @param notes who is left out and why
 */
public record BalancerView(
        String host,
        @Nullable String tier,
        String state,
        long version,
        @Nullable Instant deliveredAt,
        @Nullable String error,
        @Nullable Instant errorAt,
        int members,
        int up,
        List<String> notes) {}
