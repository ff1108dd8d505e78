package io.espalier.httpdns.operate;

import io.espalier.httpdns.answer.Origin;
import io.espalier.httpdns.dialect.Dialects;
import io.espalier.httpdns.dialect.Json;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.Function;
import java.util.function.LongSupplier;

/** The tallies of all event loops, and how they are written down: for Prometheus, and as JSON for the metrics tree. */
@SuppressWarnings("EnumOrdinal") // as in a tally: counts in arrays, names written by name
public final class Tallies {
    private final List<Tally> all = new CopyOnWriteArrayList<>();
    private final List<Figures> others = new CopyOnWriteArrayList<>();
    private volatile LongSupplier waiting = () -> 0;

    /** A tally for one more event loop. */
    public Tally open() {
        var tally = new Tally();
        all.add(tally);
        return tally;
    }

    /** Adds figures from elsewhere to all that is written down. */
    public void add(Figures figures) {
        others.add(figures);
    }

    /** Where to read how many questions wait for an upstream right now. */
    public void watchWaiting(LongSupplier source) {
        waiting = source;
    }

    private long sum(Function<Tally, AtomicLongArray> array, int at) {
        return all.stream()
                .mapToLong(tally -> array.apply(tally).getAcquire(at))
                .sum();
    }

    /** How often this happened. */
    public long sum(Tally.Sundry what) {
        return sum(tally -> tally.sundry, what.ordinal());
    }

    /** Answers given, from everywhere. */
    public long answers() {
        var sum = 0L;
        for (var i = 0; i < Tally.ORIGINS.length * Tally.KINDS.length; i++) {
            sum += sum(tally -> tally.answers, i);
        }
        return sum;
    }

    /** Answers given, by where they came from; every origin is there. */
    public Map<Origin, Long> byOrigin() {
        var counts = new EnumMap<Origin, Long>(Origin.class);
        for (var origin = 0; origin < Tally.ORIGINS.length; origin++) {
            var sum = 0L;
            for (var kind = 0; kind < Tally.KINDS.length; kind++) {
                var at = origin * Tally.KINDS.length + kind;
                sum += sum(tally -> tally.answers, at);
            }
            counts.put(Tally.ORIGINS[origin], sum);
        }
        return counts;
    }

    /** The text format of Prometheus, version 0.0.4. */
    public String prometheus() {
        var out = new StringBuilder(8192);
        head(out, "httpdns_requests_total", "counter", "Requests answered, by dialect");
        for (var i = 0; i < Dialects.NAMES.size(); i++) {
            line(out, "httpdns_requests_total", "dialect", Dialects.NAMES.get(i), sum(tally -> tally.requests, i));
        }
        head(out, "httpdns_answers_total", "counter", "Answers, by where they came from and what they say");
        for (var origin = 0; origin < Tally.ORIGINS.length; origin++) {
            for (var kind = 0; kind < Tally.KINDS.length; kind++) {
                var at = origin * Tally.KINDS.length + kind;
                out.append("httpdns_answers_total{origin=\"")
                        .append(word(Tally.ORIGINS[origin]))
                        .append("\",kind=\"")
                        .append(word(Tally.KINDS[kind]))
                        .append("\"} ")
                        .append(sum(tally -> tally.answers, at))
                        .append('\n');
            }
        }
        head(out, "httpdns_refusals_total", "counter", "Requests refused, by reason");
        for (var reason : Tally.REASONS) {
            line(
                    out,
                    "httpdns_refusals_total",
                    "reason",
                    reason.name(),
                    sum(tally -> tally.refusals, reason.ordinal()));
        }
        head(out, "httpdns_answer_seconds", "histogram", "From request to reply, by where the answer came from");
        for (var origin = 0; origin < Tally.ORIGINS.length; origin++) {
            histogram(out, origin);
        }
        head(out, "httpdns_connections", "gauge", "Open connections");
        out.append("httpdns_connections ").append(connections()).append('\n');
        head(out, "httpdns_connections_total", "counter", "Connections, by what became of them");
        for (var what : Tally.Sundry.values()) {
            if (what != Tally.Sundry.FAST) {
                line(out, "httpdns_connections_total", "event", word(what), sum(what));
            }
        }
        head(out, "httpdns_fast_total", "counter", "Requests answered without parsing them again");
        out.append("httpdns_fast_total ").append(sum(Tally.Sundry.FAST)).append('\n');
        head(out, "httpdns_waiting", "gauge", "Questions that wait for a cache or an upstream");
        out.append("httpdns_waiting ").append(waiting.getAsLong()).append('\n');
        others.forEach(figures -> figures.prometheus(out));
        return out.toString();
    }

    private long connections() {
        return Math.max(0, sum(Tally.Sundry.CONNECTIONS_OPENED) - sum(Tally.Sundry.CONNECTIONS_CLOSED));
    }

    private void histogram(StringBuilder out, int origin) {
        var name = word(Tally.ORIGINS[origin]);
        var sum = 0L;
        for (var i = 0; i <= Tally.BOUNDS.length; i++) {
            var at = origin * (Tally.BOUNDS.length + 1) + i;
            sum += sum(tally -> tally.latencies, at);
            out.append("httpdns_answer_seconds_bucket{origin=\"")
                    .append(name)
                    .append("\",le=\"")
                    .append(i == Tally.BOUNDS.length ? "+Inf" : Double.toString(Tally.BOUNDS[i] / 1e6))
                    .append("\"} ")
                    .append(sum)
                    .append('\n');
        }
        line(out, "httpdns_answer_seconds_count", "origin", name, sum);
        out.append("httpdns_answer_seconds_sum{origin=\"")
                .append(name)
                .append("\"} ")
                .append(sum(tally -> tally.micros, origin) / 1e6)
                .append('\n');
    }

    private static void head(StringBuilder out, String name, String type, String help) {
        out.append("# HELP ").append(name).append(' ').append(help).append('\n');
        out.append("# TYPE ").append(name).append(' ').append(type).append('\n');
    }

    private static void line(StringBuilder out, String name, String label, String value, long count) {
        out.append(name)
                .append('{')
                .append(label)
                .append("=\"")
                .append(value)
                .append("\"} ")
                .append(count)
                .append('\n');
    }

    /**
     * Nested JSON, as the metrics tree takes it: sums since the start, and ratios from 0 to 1. Without anything to
     * divide by there is no ratio.
     */
    public String tree() {
        var json = new Json().open('{').name("httpdns").open('{');
        json.name("requests").open('{');
        for (var i = 0; i < Dialects.NAMES.size(); i++) {
            json.name(Dialects.NAMES.get(i)).number(sum(tally -> tally.requests, i));
        }
        json.close('}');
        var total = answers();
        var ratios = new Json().open('{');
        json.name("answers").open('{');
        for (var origin = 0; origin < Tally.ORIGINS.length; origin++) {
            json.name(word(Tally.ORIGINS[origin])).open('{');
            var ofOrigin = 0L;
            for (var kind = 0; kind < Tally.KINDS.length; kind++) {
                var at = origin * Tally.KINDS.length + kind;
                var count = sum(tally -> tally.answers, at);
                ofOrigin += count;
                json.name(word(Tally.KINDS[kind])).number(count);
            }
            json.close('}');
            if (total > 0) {
                ratios.name(word(Tally.ORIGINS[origin])).decimal((double) ofOrigin / total);
            }
        }
        json.close('}').name("ratio").raw(ratios.close('}').builder());
        json.name("us").open('{');
        for (var origin = 0; origin < Tally.ORIGINS.length; origin++) {
            quantiles(json, origin);
        }
        json.close('}').name("refused").open('{');
        for (var reason : Tally.REASONS) {
            var count = sum(tally -> tally.refusals, reason.ordinal());
            if (count > 0) {
                json.name(word(reason)).number(count);
            }
        }
        json.close('}').name("connections").number(connections());
        json.name("fast").number(sum(Tally.Sundry.FAST));
        json.name("timeouts").number(sum(Tally.Sundry.TIMEOUTS));
        json.name("waiting").number(waiting.getAsLong());
        others.forEach(figures -> figures.tree(json));
        return json.close('}').close('}').builder().append('\n').toString();
    }

    /** Upper bounds of the bucket in which each quantile lies, in microseconds. */
    private void quantiles(Json json, int origin) {
        var counts = new long[Tally.BOUNDS.length + 1];
        var total = 0L;
        for (var i = 0; i < counts.length; i++) {
            counts[i] = sum(tally -> tally.latencies, origin * counts.length + i);
            total += counts[i];
        }
        if (total == 0) {
            return;
        }
        json.name(word(Tally.ORIGINS[origin])).open('{');
        json.name("p50").number(quantile(counts, total, 0.5));
        json.name("p99").number(quantile(counts, total, 0.99));
        json.name("p999").number(quantile(counts, total, 0.999));
        json.close('}');
    }

    private static long quantile(long[] counts, long total, double share) {
        var left = (long) Math.ceil(total * share);
        for (var i = 0; i < Tally.BOUNDS.length; i++) {
            left -= counts[i];
            if (left <= 0) {
                return Tally.BOUNDS[i];
            }
        }
        return Tally.BOUNDS[Tally.BOUNDS.length - 1] * 2;
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
