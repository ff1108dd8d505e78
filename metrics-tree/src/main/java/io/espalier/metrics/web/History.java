package io.espalier.metrics.web;

import io.espalier.metrics.live.Answers;
import io.espalier.metrics.query.Children;
import io.espalier.metrics.query.Queries;
import io.espalier.metrics.query.Query;
import io.espalier.metrics.query.QueryException;
import io.espalier.metrics.query.Result;
import io.espalier.metrics.query.Value;
import io.espalier.metrics.tree.Markers;
import io.espalier.metrics.tree.MetricTree;
import io.espalier.metrics.trend.Moments;
import io.espalier.metrics.trend.Range;
import io.espalier.metrics.trend.Series;
import io.espalier.metrics.trend.Series.Function;
import io.espalier.metrics.trend.Trend;
import io.espalier.metrics.trend.TrendException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What pages and pictures ask the history: by the parameters {@code from, to, step, points, fn, limit}. */
final class History {
    /** Texts below this name stand on every chart: deployments concern all. */
    static final String DEPLOYS = "deploy";

    private static final long YEAR = 365L * 86_400;
    private static final int MOST_MARKERS = 200;

    private final MetricTree tree;
    private final Queries queries;
    private final Optional<Trend> trend;

    History(MetricTree tree, Queries queries, Optional<Trend> trend) {
        this.tree = tree;
        this.queries = queries;
        this.trend = trend;
    }

    /** A text at a time, and the node that has it. */
    record Mark(String key, long seconds, String text) {}

    /**
     * An answer.
     *
     * @param more series that were left out, those with the smallest values
     */
    record Answer(Range range, Function function, List<Series> series, int more, List<Mark> marks) {}

    boolean isKept() {
        return trend.isPresent();
    }

    Instant now() {
        return trend().clock().instant();
    }

    private Trend trend() {
        return trend.orElseThrow(() -> new TrendException(
                TrendException.Reason.AWAY, "no history is kept: start with --dir DIR or --victoria URL"));
    }

    /** All series of all keys, the greatest first if there are too many. */
    Answer read(List<String> keys, Urls urls, int defaultPoints) {
        Function function = function(urls.or("fn", "avg"));
        int points = urls.number("points", defaultPoints, 1, 20_000);
        long to = Moments.parse(urls.or("to", "now"), now());
        Optional<String> from = urls.one("from");
        Range range = from.isPresent()
                ? range(urls, Moments.parse(from.get(), now()), to, points)
                : range(urls, since(keys, to), to, points);
        List<Series> all = read(keys, range);
        int limit = urls.number("limit", 50, 1, 10_000);
        int more = Math.max(0, all.size() - limit);
        if (more > 0) {
            var greatest = new ArrayList<>(all);
            greatest.sort(
                    Comparator.comparingDouble((Series series) -> -size(series)).thenComparing(Series::key));
            all = greatest.subList(0, limit);
        }
        return new Answer(range, function, List.copyOf(all), more, marks(keys, range));
    }

    private List<Series> read(List<String> keys, Range range) {
        var all = new ArrayList<Series>();
        for (String key : new LinkedHashSet<>(keys)) {
            all.addAll(trend().read(Query.parse(key), range));
        }
        return all;
    }

    private Range range(Urls urls, long from, long to, int points) {
        Optional<String> step = urls.one("step");
        if (step.isPresent()) {
            long seconds = Moments.span(step.get())
                    .orElseThrow(() -> Urls.bad("step: '" + step.get() + "' (expected: 60, 5m, 1h)"));
            return Range.of(from, Math.max(to, from + 1), seconds);
        }
        if (to <= from) {
            throw new TrendException(TrendException.Reason.BAD_RANGE, "to is not after from");
        }
        return Range.fitting(from, to, points, trend().step());
    }

    /** When history begins, at most a year ago. */
    private long since(List<String> keys, long to) {
        long begin = to - YEAR;
        for (long step : new long[] {86_400, 3600, 60}) {
            Range range = Range.of(begin, to, step);
            long first = to;
            for (Series series : read(keys, range)) {
                int i = 0;
                while (i < series.points() && Double.isNaN(series.value(i, Function.AVG))) {
                    i++;
                }
                first = Math.min(first, i == series.points() ? to : series.time(i));
            }
            begin = Math.max(begin, first);
            if (to - begin > 1000 * step) {
                break;
            }
        }
        return Math.min(begin, to - 600);
    }

    private static double size(Series series) {
        double sum = 0;
        for (double value : series.values(Function.AVG)) {
            sum += Double.isNaN(value) ? 0 : Math.abs(value);
        }
        return sum;
    }

    static Function function(String word) {
        for (Function function : Function.values()) {
            if (function.name().equals(word.toUpperCase(Locale.ROOT))) {
                return function;
            }
        }
        throw Urls.bad("fn: '" + word + "' (expected: avg, min, max, sum, count, rate)");
    }

    private List<Mark> marks(List<String> keys, Range range) {
        var marks = new LinkedHashSet<Mark>();
        for (String key : keys) {
            Query query = Query.parse(key);
            for (Markers.Marker marker : Children.markersAbove(tree, query)) {
                marks.add(new Mark(key, marker.millis() / 1000, marker.text()));
            }
            below(query, marks);
        }
        below(Query.parse(DEPLOYS), marks);
        return marks.stream()
                .filter(mark -> mark.seconds >= range.from() && mark.seconds < range.to())
                .sorted(Comparator.comparingLong(Mark::seconds).reversed())
                .limit(MOST_MARKERS)
                .sorted(Comparator.comparingLong(Mark::seconds))
                .toList();
    }

    private void below(Query query, LinkedHashSet<Mark> marks) {
        try {
            for (Result result : queries.run(query)) {
                if (result.value() instanceof Value.Text(Markers markers)) {
                    markers.list()
                            .forEach(
                                    marker -> marks.add(new Mark(result.key(), marker.millis() / 1000, marker.text())));
                }
            }
        } catch (QueryException e) {
            // A key too dear to ask about live may still have history: then without its markers.
            marks.add(new Mark(query.toString(), 0, String.valueOf(e.getMessage())));
        }
    }

    /** Each leaf's number: now, or at a time as near before it as history knows. */
    Map<String, Double> numbers(Query query, Optional<String> at) {
        var numbers = new TreeMap<String, Double>();
        if (at.isEmpty() || at.get().equals("now")) {
            for (Result result : queries.run(query)) {
                Answers.number(result.value()).ifPresent(number -> numbers.put(result.key(), number));
            }
            return numbers;
        }
        long time = Moments.parse(at.get(), now());
        Range range = Range.of(time - 7200, time + 10, 10);
        for (Series series : trend().read(query, range)) {
            for (int i = series.points() - 1; i >= 0; i--) {
                double value = series.value(i, Function.AVG);
                if (!Double.isNaN(value) && series.time(i) <= time) {
                    numbers.put(series.key(), value);
                    break;
                }
            }
        }
        return numbers;
    }
}
