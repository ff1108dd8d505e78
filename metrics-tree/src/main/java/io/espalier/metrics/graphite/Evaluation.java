package io.espalier.metrics.graphite;

import io.espalier.metrics.trend.Moments;
import io.espalier.metrics.trend.Range;
import io.espalier.metrics.trend.Series;
import io.espalier.metrics.trend.Trend;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** Evaluates targets over a range of history, with Graphite's names and its treatment of gaps. */
@SuppressWarnings("OperatorPrecedence")
public final class Evaluation {
    private static final int MOST_SERIES = 10_000;

    private final Trend trend;

    public Evaluation(Trend trend) {
        this.trend = trend;
    }

    /** @throws GraphiteException for what is not understood */
    public List<Curve> of(String target, Range range) {
        return curves(Target.parse(target), range);
    }

    private List<Curve> curves(Target target, Range range) {
        return switch (target) {
            case Target.Path(String path) -> fetch(path, range);
            case Target.Call call -> call(call, range);
            case Target.Numeral _, Target.Text _, Target.Flag _ ->
                throw new GraphiteException("'" + target.text() + "' stands where series should");
        };
    }

    private List<Curve> fetch(String text, Range range) {
        DottedPath path = DottedPath.parse(text);
        List<String> keys = trend.names(path.prefix(), range).stream()
                .filter(key -> path.matches(DottedPath.names(key)))
                .toList();
        if (keys.size() > MOST_SERIES) {
            throw new GraphiteException("'" + text + "' matches more than " + MOST_SERIES + " series");
        }
        var curves = new ArrayList<Curve>();
        for (Series series : trend.readKeys(keys, range)) {
            if (!series.isEmpty()) {
                String name = DottedPath.of(DottedPath.names(series.key()));
                curves.add(new Curve(name, name, range.from(), range.step(), series.values(Series.Function.AVG)));
            }
        }
        return curves;
    }

    private List<Curve> call(Target.Call call, Range range) {
        var in = new Arguments(call);
        return switch (call.name()) {
            case "alias" -> {
                String name = in.text(1);
                yield each(call, range, curve -> curve.named(name));
            }
            case "aliasByNode", "aliasByMetric" -> each(call, range, curve -> curve.named(nodes(curve, call, in)));
            case "aliasSub" -> {
                Pattern search = regex(in.text(1));
                String replacement = in.text(2).replace("$", "\\$").replaceAll("\\\\(\\d)", "\\$$1");
                yield each(
                        call,
                        range,
                        curve -> curve.named(search.matcher(curve.name()).replaceAll(replacement)));
            }
            case "sumSeries", "sum" -> combine("sumSeries", call, range, Evaluation::sum);
            case "averageSeries", "avg" -> combine("averageSeries", call, range, Evaluation::average);
            case "minSeries" ->
                combine("minSeries", call, range, v -> Arrays.stream(v).min().orElse(Double.NaN));
            case "maxSeries" ->
                combine("maxSeries", call, range, v -> Arrays.stream(v).max().orElse(Double.NaN));
            case "diffSeries" -> diff(call, range);
            case "divideSeries" -> divide(call, range);
            case "asPercent" -> percent(range, in);
            case "groupByNode", "groupByNodes" -> group(call, range, in);
            case "summarize" -> summarize(range, in);
            case "movingAverage" -> moving(range, in);
            case "scale" ->
                each(
                        call,
                        range,
                        curve -> curve.map("scale(" + curve.name() + "," + in.plain(1) + ")", v -> v * in.number(1)));
            case "offset" ->
                each(
                        call,
                        range,
                        curve -> curve.map("offset(" + curve.name() + "," + in.plain(1) + ")", v -> v + in.number(1)));
            case "derivative" ->
                each(call, range, curve -> curve.with("derivative(" + curve.name() + ")", growth(curve, false, 1)));
            case "nonNegativeDerivative" ->
                each(
                        call,
                        range,
                        curve -> curve.with("nonNegativeDerivative(" + curve.name() + ")", growth(curve, true, 1)));
            case "perSecond" ->
                each(
                        call,
                        range,
                        curve -> curve.with(
                                "perSecond(" + curve.name() + ")", growth(curve, true, (double) curve.step())));
            case "keepLastValue" -> each(call, range, curve -> keepLast(curve, in.whole(1, Integer.MAX_VALUE)));
            case "transformNull" ->
                each(
                        call,
                        range,
                        curve -> curve.map(
                                "transformNull(" + curve.name() + "," + in.plain(1) + ")",
                                v -> Double.isNaN(v) ? in.has(1) ? in.number(1) : 0 : v));
            case "timeShift" -> shift(range, in);
            case "highestMax" -> highest(range, in, Curve::max);
            case "highestAverage" -> highest(range, in, Curve::mean);
            case "highestCurrent" -> highest(range, in, Curve::newest);
            case "limit" -> first(curves(in.series(0), range), in.whole(1, 1));
            case "sortByName" -> sorted(curves(in.series(0), range), Comparator.comparing(Curve::name));
            case "sortByMaxima" -> sorted(curves(in.series(0), range), Comparator.comparingDouble(c -> -c.max()));
            case "constantLine" -> List.of(flat(in.plain(0), in.number(0), range));
            case "threshold" -> List.of(flat(in.has(1) ? in.text(1) : in.plain(0), in.number(0), range));
            case "seriesByTag" -> byTag(in, range);
            case "group" -> all(call, range);
            default -> throw new GraphiteException("there is no function '" + call.name() + "'");
        };
    }

    // --- Arguments ---

    /** By place, or by name where Graphite has one for the second. */
    private record Arguments(Target.Call call) {
        boolean has(int i) {
            return i < call.arguments().size() || i > 0 && i - 1 < call.named().size();
        }

        Target at(int i) {
            if (i < call.arguments().size()) {
                return call.arguments().get(i);
            }
            int named = i - call.arguments().size();
            if (named < call.named().size()) {
                return List.copyOf(call.named().values()).get(named);
            }
            throw new GraphiteException(call.name() + ": no argument " + (i + 1));
        }

        Target series(int i) {
            return at(i);
        }

        double number(int i) {
            if (at(i) instanceof Target.Numeral(String _, double value)) {
                return value;
            }
            throw new GraphiteException(call.name() + ": '" + at(i).text() + "' is no number");
        }

        int whole(int i, int otherwise) {
            return has(i) ? Math.clamp(Math.round(number(i)), 0, Integer.MAX_VALUE) : otherwise;
        }

        String text(int i) {
            return at(i) instanceof Target.Text(String _, String value) ? value : at(i).text();
        }

        /** As Graphite shows it in a name. */
        String plain(int i) {
            return has(i) ? at(i).text() : "0";
        }
    }

    private static Pattern regex(String text) {
        try {
            return Pattern.compile(text);
        } catch (PatternSyntaxException e) {
            throw new GraphiteException("'" + text + "' is no regular expression: " + e.getDescription());
        }
    }

    // --- One series each ---

    private interface Change {
        Curve of(Curve curve);
    }

    private List<Curve> each(Target.Call call, Range range, Change change) {
        return curves(new Arguments(call).series(0), range).stream()
                .map(change::of)
                .toList();
    }

    private static String nodes(Curve curve, Target.Call call, Arguments in) {
        if (call.name().equals("aliasByMetric")) {
            String[] parts = curve.path().split("\\.", -1);
            return parts[parts.length - 1];
        }
        var wanted = new ArrayList<Integer>();
        for (int i = 1; in.has(i); i++) {
            wanted.add((int) in.number(i));
        }
        return nodes(curve, wanted);
    }

    private static String nodes(Curve curve, List<Integer> wanted) {
        String[] parts = curve.path().split("\\.", -1);
        var named = new ArrayList<String>();
        for (int node : wanted) {
            int at = node < 0 ? parts.length + node : node;
            if (at >= 0 && at < parts.length) {
                named.add(parts[at]);
            }
        }
        return String.join(".", named);
    }

    private static double[] growth(Curve curve, boolean isNonNegative, double per) {
        double[] values = curve.values();
        double[] growth = new double[values.length];
        double before = Double.NaN;
        for (int i = 0; i < values.length; i++) {
            double by = (values[i] - before) / per;
            growth[i] = isNonNegative && by < 0 ? Double.NaN : by;
            before = values[i];
        }
        return growth;
    }

    private static Curve keepLast(Curve curve, int most) {
        double[] values = curve.values();
        int run = 0;
        for (int i = 0; i < values.length; i++) {
            if (!Double.isNaN(values[i])) {
                // A gap is bridged if all of it is short enough; one at the end stays bridged too.
                run = 0;
                continue;
            }
            run++;
            int length = run;
            int end = i;
            while (end + 1 < values.length && Double.isNaN(values[end + 1])) {
                end++;
                length++;
            }
            for (int k = i; k <= end && i > 0 && length <= most; k++) {
                values[k] = values[i - 1];
            }
            i = end;
        }
        return curve.with("keepLastValue(" + curve.name() + ")", values);
    }

    private List<Curve> summarize(Range range, Arguments in) {
        long bucket = span(in.text(1));
        String function = in.has(2) ? in.text(2) : "sum";
        var summed = new ArrayList<Curve>();
        for (Curve curve : curves(in.series(0), range)) {
            long from = Math.floorDiv(curve.from(), bucket) * bucket;
            long end = curve.time(curve.size());
            int n = (int) Math.max(1, (end - from + bucket - 1) / bucket);
            var parts = new ArrayList<List<Double>>();
            for (int i = 0; i < n; i++) {
                parts.add(new ArrayList<>());
            }
            for (int i = 0; i < curve.size(); i++) {
                if (!Double.isNaN(curve.value(i))) {
                    parts.get((int) ((curve.time(i) - from) / bucket)).add(curve.value(i));
                }
            }
            double[] values = parts.stream()
                    .mapToDouble(part -> aggregate(function, part))
                    .toArray();
            String name = "summarize(" + curve.name() + ",\"" + in.text(1) + "\",\"" + function + "\")";
            summed.add(new Curve(name, curve.path(), from, bucket, values));
        }
        return summed;
    }

    private static double aggregate(String function, List<Double> part) {
        double[] values = part.stream().mapToDouble(v -> v).toArray();
        if (values.length == 0) {
            return Double.NaN;
        }
        return switch (function) {
            case "sum", "total" -> sum(values);
            case "avg", "average" -> average(values);
            case "max" -> Arrays.stream(values).max().getAsDouble();
            case "min" -> Arrays.stream(values).min().getAsDouble();
            case "last", "current" -> values[values.length - 1];
            case "count" -> values.length;
            default -> throw new GraphiteException("there is no aggregation '" + function + "'");
        };
    }

    private List<Curve> moving(Range range, Arguments in) {
        boolean isPoints = in.at(1) instanceof Target.Numeral;
        long window = isPoints ? Math.max(1, (long) in.number(1)) : Math.max(1, span(in.text(1)) / range.step());
        // As much before the range as the first point looks back.
        Range wider = Range.of(range.from() - window * range.step(), range.to(), range.step());
        int skip = (int) ((range.from() - wider.from()) / range.step());
        var averaged = new ArrayList<Curve>();
        for (Curve curve : curves(in.series(0), wider)) {
            double[] values = new double[Math.max(0, curve.size() - skip)];
            for (int i = 0; i < values.length; i++) {
                double sum = 0;
                int n = 0;
                for (int k = i + skip - (int) window; k < i + skip; k++) {
                    double value = curve.value(k);
                    if (!Double.isNaN(value)) {
                        sum += value;
                        n++;
                    }
                }
                values[i] = n == 0 ? Double.NaN : sum / n;
            }
            String argument = isPoints ? in.plain(1) : "\"" + in.text(1) + "\"";
            String name = "movingAverage(" + curve.name() + "," + argument + ")";
            averaged.add(new Curve(name, curve.path(), range.from(), range.step(), values));
        }
        return averaged;
    }

    private List<Curve> shift(Range range, Arguments in) {
        String text = in.text(1);
        long by = span(text.replaceFirst("^[+-]", ""));
        long shift = text.startsWith("+") ? by : -by;
        long aligned = Math.round((double) shift / range.step()) * range.step();
        var shifted = new ArrayList<Curve>();
        for (Curve curve : curves(in.series(0), range.shifted(aligned))) {
            String name = "timeShift(" + curve.name() + ",\"" + (shift < 0 && !text.startsWith("-") ? "-" : "") + text
                    + "\")";
            shifted.add(new Curve(name, curve.path(), curve.from() - aligned, curve.step(), curve.values()));
        }
        return shifted;
    }

    private static long span(String text) {
        Optional<Long> span = Moments.span(text.replaceFirst("^[+-]", ""));
        return span.filter(seconds -> seconds > 0)
                .orElseThrow(() -> new GraphiteException("'" + text + "' is no span of time (expected: 5min, 1h, 7d)"));
    }

    private Curve flat(String name, double value, Range range) {
        double[] values = new double[range.points()];
        Arrays.fill(values, value);
        return new Curve(name, name, range.from(), range.step(), values);
    }

    // --- Many series to fewer ---

    private interface Combination {
        /** @param values at one time, without gaps, at least one */
        double of(double[] values);
    }

    private static double sum(double[] values) {
        return Arrays.stream(values).sum();
    }

    private static double average(double[] values) {
        return sum(values) / values.length;
    }

    private List<Curve> all(Target.Call call, Range range) {
        var all = new ArrayList<Curve>();
        call.arguments().forEach(argument -> all.addAll(curves(argument, range)));
        return all;
    }

    private static String arguments(Target.Call call) {
        return String.join(",", call.arguments().stream().map(Target::text).toList());
    }

    private List<Curve> combine(String name, Target.Call call, Range range, Combination combination) {
        List<Curve> all = all(call, range);
        return all.isEmpty() ? List.of() : List.of(combine(name + "(" + arguments(call) + ")", all, combination));
    }

    private static Curve combine(String name, List<Curve> curves, Combination combination) {
        int n = curves.stream().mapToInt(Curve::size).max().orElse(0);
        double[] values = new double[n];
        for (int i = 0; i < n; i++) {
            int at = i;
            double[] there = curves.stream()
                    .mapToDouble(curve -> curve.value(at))
                    .filter(v -> !Double.isNaN(v))
                    .toArray();
            values[i] = there.length == 0 ? Double.NaN : combination.of(there);
        }
        Curve first = curves.getFirst();
        return new Curve(name, first.path(), first.from(), first.step(), values);
    }

    private List<Curve> diff(Target.Call call, Range range) {
        List<Curve> all = all(call, range);
        if (all.isEmpty()) {
            return List.of();
        }
        double[] values = all.getFirst().values();
        for (int i = 0; i < values.length; i++) {
            for (Curve curve : all.subList(1, all.size())) {
                double other = curve.value(i);
                values[i] = Double.isNaN(other) ? values[i] : Double.isNaN(values[i]) ? -other : values[i] - other;
            }
        }
        return List.of(all.getFirst().with("diffSeries(" + arguments(call) + ")", values));
    }

    private List<Curve> divide(Target.Call call, Range range) {
        var in = new Arguments(call);
        List<Curve> divisors = curves(in.series(1), range);
        if (divisors.isEmpty()) {
            return List.of();
        }
        if (divisors.size() > 1) {
            throw new GraphiteException("divideSeries: the divisor is " + divisors.size() + " series (expected: one)");
        }
        Curve by = divisors.getFirst();
        return curves(in.series(0), range).stream()
                .map(curve -> {
                    double[] values = curve.values();
                    for (int i = 0; i < values.length; i++) {
                        values[i] = by.value(i) == 0 ? Double.NaN : values[i] / by.value(i);
                    }
                    return curve.with("divideSeries(" + curve.name() + "," + by.name() + ")", values);
                })
                .toList();
    }

    private List<Curve> percent(Range range, Arguments in) {
        List<Curve> all = curves(in.series(0), range);
        if (all.isEmpty()) {
            return List.of();
        }
        boolean isConstant = in.has(1) && in.at(1) instanceof Target.Numeral;
        Curve total;
        if (isConstant) {
            total = flat(in.plain(1), in.number(1), range);
        } else if (in.has(1)) {
            List<Curve> given = curves(in.series(1), range);
            if (given.isEmpty()) {
                return List.of();
            }
            total = combine(in.at(1).text(), given, Evaluation::sum);
        } else {
            total = combine(in.at(0).text(), all, Evaluation::sum);
        }
        return all.stream()
                .map(curve -> {
                    double[] values = curve.values();
                    for (int i = 0; i < values.length; i++) {
                        values[i] = total.value(i) == 0 ? Double.NaN : values[i] / total.value(i) * 100;
                    }
                    return curve.with(
                            "asPercent(" + curve.name() + (in.has(1) ? "," + total.name() : "") + ")", values);
                })
                .toList();
    }

    private List<Curve> group(Target.Call call, Range range, Arguments in) {
        boolean isOne = call.name().equals("groupByNode");
        var wanted = new ArrayList<Integer>();
        for (int i = isOne ? 1 : 2; isOne ? i == 1 : in.has(i); i++) {
            wanted.add((int) in.number(i));
        }
        String function = isOne ? in.has(2) ? in.text(2) : "average" : in.text(1);
        var groups = new LinkedHashMap<String, List<Curve>>();
        for (Curve curve : curves(in.series(0), range)) {
            groups.computeIfAbsent(nodes(curve, wanted), _ -> new ArrayList<>()).add(curve);
        }
        var combined = new ArrayList<Curve>();
        for (Map.Entry<String, List<Curve>> group : groups.entrySet()) {
            combined.add(combine(
                    group.getKey(),
                    group.getValue(),
                    values -> aggregate(
                            function.replace("Series", ""),
                            Arrays.stream(values).boxed().toList())));
        }
        return combined;
    }

    private interface Rank {
        double of(Curve curve);
    }

    private List<Curve> highest(Range range, Arguments in, Rank rank) {
        List<Curve> all = curves(in.series(0), range);
        return first(sorted(all, Comparator.comparingDouble(curve -> -rank.of(curve))), in.whole(1, 1));
    }

    private static List<Curve> sorted(List<Curve> curves, Comparator<Curve> order) {
        return curves.stream().sorted(order).toList();
    }

    private static List<Curve> first(List<Curve> curves, int n) {
        return curves.subList(0, Math.min(n, curves.size()));
    }

    /** Leaves have one tag, their name. */
    private List<Curve> byTag(Arguments in, Range range) {
        List<Curve> found = List.of();
        for (int i = 0; in.has(i); i++) {
            String expression = in.text(i);
            if (expression.startsWith("name=~")) {
                Pattern pattern = regex(expression.substring(6));
                List<String> keys = trend.names("", range).stream()
                        .filter(key -> pattern.matcher(DottedPath.of(DottedPath.names(key)))
                                .lookingAt())
                        .limit(MOST_SERIES)
                        .toList();
                found = keys.stream()
                        .flatMap(key -> fetch(DottedPath.of(DottedPath.names(key)), range).stream())
                        .toList();
            } else if (expression.startsWith("name=")) {
                found = fetch(expression.substring(5), range);
            } else {
                return List.of();
            }
        }
        return found;
    }
}
