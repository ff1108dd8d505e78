package io.espalier.httpdns;

import io.espalier.httpdns.answer.Origin;
import io.espalier.httpdns.redis.SharedCounts;
import io.espalier.httpdns.resolve.UpstreamState;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How answering went since the start, for pages and metrics.
 *
 * @param answers given out, by where they came from; every origin is there
 * @param refreshes searches begun before an answer expired
 * @param searching searches under way
 * @param names names and types in this process's cache, about
 * @param bytes of heap they take, about
 * @param shared null without a shared cache
 * @param upstreams in configured order
 */
public record ResolvingCounts(
        Map<Origin, Long> answers,
        long refreshes,
        int searching,
        long names,
        long bytes,
        @Nullable SharedCounts shared,
        List<UpstreamState> upstreams) {
    public ResolvingCounts {
        answers = Map.copyOf(answers);
        upstreams = List.copyOf(upstreams);
    }
}
