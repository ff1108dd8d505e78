package io.espalier.protocol.api;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How HTTPDNS in the orchestrator does, since its start.
 *
 * @param state listening, starting, failing or off
 * @param detail why it fails
 * @param addresses where it listens, such as {@code 127.0.0.1:8053}
 * @param zone below which the fleet's names are; absent until there is a fleet
 * @param answers given to clients, by where they came from: local-zone, memory, redis, upstream, stale, failure
 * @param hitRatio the share of them that no upstream had to be asked for, 0 to 1; absent before the first answer
 * @param cachedNames names and types in the cache of this process, about
 */
public record DnsStats(
        String state,
        @Nullable String detail,
        List<String> addresses,
        @Nullable String zone,
        Map<String, Long> answers,
        @Nullable Double hitRatio,
        long cachedNames,
        long cachedBytes,
        List<Upstream> upstreams) {

    /**
     * A resolver that is asked.
     *
     * @param state up, or down: asked only when no other is left
     * @param averageMicros a moving average of its answers' times; 0 before the first
     */
    public record Upstream(String name, String state, long averageMicros, long asked, long answered, long faults) {}
}
