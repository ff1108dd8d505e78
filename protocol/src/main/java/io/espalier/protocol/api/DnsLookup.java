package io.espalier.protocol.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a look-up found, and each decision on the way.
 *
 * @param answers one for each type that was asked for
 */
public record DnsLookup(List<Answer> answers, List<Step> steps) {

    /**
     * @param status such as NOERROR or NXDOMAIN
     * @param ttl seconds for which it may be kept
     * @param origin local-zone, memory, redis, upstream, stale or failure
     */
    public record Answer(
            String name,
            String type,
            String status,
            long ttl,
            String origin,
            @Nullable String note,
            List<Entry> records) {}

    /** One record. */
    public record Entry(String name, String type, long ttl, String data) {}

    /** @param micros since the look-up began */
    public record Step(String stage, String decision, long micros) {}
}
