package io.espalier.metrics.trend;

import io.espalier.metrics.json.BadJsonException;
import io.espalier.metrics.json.Json;
import io.espalier.metrics.trend.TrendException.Reason;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * History in VictoriaMetrics: written by remote write as {@code espalier_tree{key="br,ie,7"}}, read back through its
 * query API. Retention and fineness are its own; start it with {@code -search.latencyOffset=0s} to see the newest
 * half minute.
 */
public final class VictoriaStore implements TrendStore {
    private static final String METRIC = "espalier_tree";
    private static final int BATCH = 4 << 20;
    private static final int KEYS_A_QUERY = 100;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final URI base;
    private final int step;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    private long last = Long.MIN_VALUE;

    /**
     * @param base such as {@code http://127.0.0.1:8428}
     * @param step seconds between frames
     */
    public VictoriaStore(URI base, int step) {
        this.base = base;
        this.step = step;
    }

    @Override
    public int step() {
        return step;
    }

    @Override
    public void append(Frame frame) {
        long time = Math.floorDiv(frame.time(), step) * step;
        if (time <= last) {
            throw new TrendException(Reason.LATE, "a frame of " + time + " after one of " + last);
        }
        var request = new RemoteWrite(METRIC);
        for (int row = 0; row < frame.size(); row++) {
            request.add(frame.key(row), frame.value(row, 0), time * 1000);
            if (request.size() > BATCH) {
                write(request);
                request = new RemoteWrite(METRIC);
            }
        }
        if (request.size() > 0) {
            write(request);
        }
        last = time;
    }

    private void write(RemoteWrite request) {
        send(HttpRequest.newBuilder(base.resolve("/api/v1/write"))
                .timeout(PATIENCE)
                .header("Content-Type", "application/x-protobuf")
                .header("Content-Encoding", "snappy")
                .header("X-Prometheus-Remote-Write-Version", "0.1.0")
                .POST(HttpRequest.BodyPublishers.ofByteArray(request.snappy()))
                .build());
    }

    @Override
    public List<String> names(String prefix, Range range) {
        Json answer = query(
                "/api/v1/label/key/values",
                Map.of(
                        "match[]", METRIC + "{key=~" + quoted(escaped(prefix), ".*") + "}",
                        "start", Long.toString(range.from()),
                        "end", Long.toString(range.to() - 1),
                        "limit", Integer.toString(MOST + 1)));
        List<String> names = answer.at("data").map(Json::list).orElse(List.of()).stream()
                .map(name -> name instanceof Json.Str(String text) ? text : "")
                .filter(name -> name.startsWith(prefix))
                .sorted()
                .toList();
        if (names.size() > MOST) {
            throw new TrendException(Reason.BUDGET, "more than " + MOST + " series begin with '" + prefix + "'");
        }
        return names;
    }

    @Override
    public List<Series> read(List<String> keys, Range range) {
        var all = new ArrayList<Series>();
        for (int at = 0; at < keys.size(); at += KEYS_A_QUERY) {
            all.addAll(part(keys.subList(at, Math.min(keys.size(), at + KEYS_A_QUERY)), range));
        }
        return all;
    }

    private List<Series> part(List<String> keys, Range range) {
        var byKey = new HashMap<String, Series>();
        keys.forEach(key -> byKey.put(key, new Series(key, range)));
        String any = String.join("|", keys.stream().map(VictoriaStore::escaped).toList());
        // A window ends with its own time and leaves its beginning out, so it is asked for just before the next step.
        String expression =
                "aggr_over_time((\"sum_over_time\",\"count_over_time\",\"min_over_time\",\"max_over_time\")," + METRIC
                        + "{key=~" + quoted(any, "") + "}[" + range.step() + "s])";
        Json answer = query(
                "/api/v1/query_range",
                Map.of(
                        "query", expression,
                        "start", (range.from() + range.step() - 1) + ".999",
                        "end", (range.to() - 1) + ".999",
                        "step", range.step() + "s",
                        "nocache", "1"));
        var numbers = new HashMap<String, double[][]>();
        for (Json series : answer.at("data")
                .flatMap(data -> data.at("result"))
                .map(Json::list)
                .orElse(List.of())) {
            Json labels = series.at("metric").orElse(new Json.Null());
            double[][] columns = numbers.computeIfAbsent(labels.text("key"), _ -> new double[4][range.points()]);
            int column = List.of("sum_over_time", "count_over_time", "min_over_time", "max_over_time")
                    .indexOf(labels.text("rollup"));
            if (column < 0) {
                throw new TrendException(Reason.AWAY, base + " answered a rollup '" + labels.text("rollup") + "'");
            }
            for (Json point : series.at("values").map(Json::list).orElse(List.of())) {
                fill(columns[column], point, range);
            }
        }
        numbers.forEach((key, columns) -> {
            Series series = byKey.get(key);
            for (int i = 0; series != null && i < range.points(); i++) {
                series.add(series.time(i), columns[0][i], (long) columns[1][i], columns[2][i], columns[3][i]);
            }
        });
        return keys.stream().map(byKey::get).toList();
    }

    private static void fill(double[] column, Json point, Range range) {
        if (point.list().size() == 2
                && point.list().get(0) instanceof Json.Num(double time)
                && point.list().get(1) instanceof Json.Str(String value)) {
            int i = (int) Math.floor((time - range.from()) / range.step());
            if (i >= 0 && i < column.length) {
                column[i] = Double.parseDouble(value);
            }
        }
    }

    /** RE2's own quoting, a character at a time. */
    private static String escaped(String key) {
        return key.replaceAll("([\\\\.+*?()|\\[\\]{}^$])", "\\\\$1");
    }

    private static String quoted(String regex, String rest) {
        return "\"" + (regex + rest).replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }

    private Json query(String path, Map<String, String> parameters) {
        String form = String.join(
                "&",
                parameters.entrySet().stream()
                        .map(entry -> URLEncoder.encode(entry.getKey(), StandardCharsets.UTF_8) + "="
                                + URLEncoder.encode(entry.getValue(), StandardCharsets.UTF_8))
                        .toList());
        String body = send(HttpRequest.newBuilder(base.resolve(path))
                .timeout(PATIENCE)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(form))
                .build());
        try {
            return Json.parse(body);
        } catch (BadJsonException e) {
            throw new TrendException(Reason.AWAY, base + " answered no JSON: " + e.getMessage());
        }
    }

    private String send(HttpRequest request) {
        try {
            HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() / 100 != 2) {
                String body = answer.body();
                throw new TrendException(
                        Reason.AWAY,
                        base + " answered " + answer.statusCode() + ": "
                                + body.substring(0, Math.min(300, body.length())));
            }
            return answer.body();
        } catch (IOException e) {
            throw new TrendException(Reason.AWAY, base + " does not answer: " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TrendException(Reason.AWAY, "interrupted");
        }
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
