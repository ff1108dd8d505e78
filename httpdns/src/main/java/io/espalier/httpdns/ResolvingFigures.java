package io.espalier.httpdns;

import io.espalier.httpdns.dialect.Json;
import io.espalier.httpdns.operate.Figures;
import io.espalier.httpdns.resolve.UpstreamState;
import java.util.function.ToLongFunction;

/** What caches and upstreams have to tell. */
record ResolvingFigures(Resolving resolving) implements Figures {
    @Override
    public void prometheus(StringBuilder out) {
        var counts = resolving.counts();
        gauge(out, "httpdns_cached_names", "Names and types in this process's cache", counts.names());
        gauge(out, "httpdns_cached_bytes", "Heap that they take", counts.bytes());
        gauge(out, "httpdns_searching", "Searches under way", counts.searching());
        counter(out, "httpdns_refreshes_total", "Searches begun before an answer expired");
        out.append("httpdns_refreshes_total ").append(counts.refreshes()).append('\n');
        var shared = counts.shared();
        if (shared != null) {
            counter(out, "httpdns_redis_total", "Calls of the shared cache, by how they ended");
            redis(out, "hit", shared.hits());
            redis(out, "miss", shared.misses());
            redis(out, "unavailable", shared.unavailable());
            redis(out, "written", shared.written());
            redis(out, "dropped", shared.dropped());
            gauge(
                    out,
                    "httpdns_redis_shards_out",
                    "Shards left alone now",
                    shared.out().size());
        }
        upstream(out, "httpdns_upstream_asked_total", "Attempts", UpstreamState::asked);
        upstream(out, "httpdns_upstream_answered_total", "Attempts that were answered", UpstreamState::answered);
        upstream(out, "httpdns_upstream_faults_total", "Time-outs, refusals and nonsense", UpstreamState::faults);
        upstream(out, "httpdns_upstream_near_misses_total", "Answers that almost fitted", UpstreamState::nearMisses);
        out.append("# HELP httpdns_upstream_down 1 while it is asked only when no other is left\n");
        out.append("# TYPE httpdns_upstream_down gauge\n");
        counts.upstreams().forEach(each -> labelled(out, "httpdns_upstream_down", each.name(), each.down() ? 1 : 0));
    }

    private void upstream(StringBuilder out, String name, String help, ToLongFunction<UpstreamState> value) {
        counter(out, name, help);
        resolving.counts().upstreams().forEach(each -> labelled(out, name, each.name(), value.applyAsLong(each)));
    }

    private static void labelled(StringBuilder out, String name, String upstream, long value) {
        out.append(name)
                .append("{upstream=\"")
                .append(upstream)
                .append("\"} ")
                .append(value)
                .append('\n');
    }

    private static void redis(StringBuilder out, String result, long value) {
        out.append("httpdns_redis_total{result=\"")
                .append(result)
                .append("\"} ")
                .append(value)
                .append('\n');
    }

    private static void counter(StringBuilder out, String name, String help) {
        out.append("# HELP ").append(name).append(' ').append(help).append('\n');
        out.append("# TYPE ").append(name).append(" counter\n");
    }

    private static void gauge(StringBuilder out, String name, String help, long value) {
        out.append("# HELP ").append(name).append(' ').append(help).append('\n');
        out.append("# TYPE ").append(name).append(" gauge\n");
        out.append(name).append(' ').append(value).append('\n');
    }

    @Override
    public void tree(Json json) {
        var counts = resolving.counts();
        json.name("cache").open('{').name("names").number(counts.names());
        json.name("bytes").number(counts.bytes()).name("refreshes").number(counts.refreshes());
        json.close('}').name("searching").number(counts.searching());
        var shared = counts.shared();
        if (shared != null) {
            json.name("redis").open('{').name("hits").number(shared.hits());
            json.name("misses").number(shared.misses()).name("unavailable").number(shared.unavailable());
            json.name("shards-out").number(shared.out().size()).close('}');
        }
        json.name("upstreams").open('{');
        for (var each : counts.upstreams()) {
            json.name(each.name()).open('{').name("down").number(each.down() ? 1 : 0);
            json.name("us").number(each.averageMicros()).name("asked").number(each.asked());
            json.name("answered")
                    .number(each.answered())
                    .name("faults")
                    .number(each.faults())
                    .close('}');
        }
        json.close('}');
    }
}
