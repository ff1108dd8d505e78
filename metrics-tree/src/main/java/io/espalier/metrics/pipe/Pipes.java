package io.espalier.metrics.pipe;

import io.espalier.metrics.tree.Action;
import io.espalier.metrics.tree.Batch;
import io.espalier.metrics.tree.KeyHash;
import io.espalier.metrics.tree.Sketch;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** The pipes that come with the tree. */
final class Pipes {
    private Pipes() {}

    private record Stock(String name, Predicate<LogFormat> reads, Supplier<Pipe> make) implements Pipe.Factory {
        @Override
        public boolean fits(LogFormat format) {
            return reads.test(format);
        }

        @Override
        public Pipe init() {
            return make.get();
        }
    }

    /** The stock ones, then those found as services. */
    static List<Pipe.Factory> all() {
        var all = new ArrayList<Pipe.Factory>(List.of(
                new Stock("hits", _ -> true, Hits::new),
                new Stock("agent", format -> format.has(Field.AGENT), Agents::new),
                new Stock("status", format -> format.has(Field.STATUS), Statuses::new),
                new Stock("method", format -> format.has(Field.METHOD), () -> new Named("method", Field.METHOD)),
                new Stock("url", format -> format.has(Field.URL), Urls::new),
                new Stock("referrer", format -> format.has(Field.REFERRER), Referrers::new),
                new Stock("vhost", format -> format.has(Field.VHOST), () -> new Named("vhost", Field.VHOST)),
                new Stock("request time", Pipes::hasRequestTime, Times::request),
                new Stock("upstream time", format -> format.has(Field.UPSTREAM_SECONDS), Times::upstream)));
        ServiceLoader.load(Pipe.Factory.class).forEach(all::add);
        return all;
    }

    private static boolean hasRequestTime(LogFormat format) {
        return format.has(Field.REQUEST_SECONDS)
                || format.has(Field.REQUEST_MILLIS)
                || format.has(Field.REQUEST_MICROS);
    }

    private static void one(Batch batch, String name, long value) {
        batch.enter(name);
        batch.number((double) value);
        batch.leave();
    }

    /** {@code hits} and {@code bytes}. */
    private static final class Hits implements Pipe {
        private long hits;
        private long bytes;

        @Override
        public void process(LogRecord line) {
            hits++;
            bytes += Math.max(0, line.number(Field.BYTES));
        }

        @Override
        public void flush(Batch batch) {
            if (hits > 0) {
                one(batch, "hits", hits);
                one(batch, "bytes", bytes);
            }
            hits = 0;
            bytes = 0;
        }
    }

    /** {@code br,chrome,32} and {@code os,linux}. Each text is looked at once, as long as it is remembered. */
    private static final class Agents implements Pipe {
        private static final int REMEMBERED = 1 << 15;
        private static final int MAX_LENGTH = 512;

        private final byte[][] texts = new byte[REMEMBERED][];
        private final int[] families = new int[REMEMBERED];
        private final Map<UserAgent, Integer> ids = new HashMap<>();
        private final List<UserAgent> agents = new ArrayList<>();
        private long[] counts = new long[64];

        @Override
        public void process(LogRecord line) {
            if (!line.has(Field.AGENT)) {
                return;
            }
            byte[] bytes = line.bytes();
            int from = line.from(Field.AGENT);
            int length = Math.min(line.to(Field.AGENT) - from, MAX_LENGTH);
            int slot = KeyHash.of(bytes, from, length) & REMEMBERED - 1;
            byte[] text = texts[slot];
            if (text == null || !Arrays.equals(text, 0, text.length, bytes, from, from + length)) {
                texts[slot] = Arrays.copyOfRange(bytes, from, from + length);
                UserAgent agent = UserAgent.of(new String(bytes, from, length, StandardCharsets.UTF_8));
                int id = ids.computeIfAbsent(agent, _ -> agents.size());
                if (id == agents.size()) {
                    agents.add(agent);
                    counts = Arrays.copyOf(counts, Math.max(counts.length, agents.size() * 2));
                }
                families[slot] = id;
            }
            counts[families[slot]]++;
        }

        @Override
        public void flush(Batch batch) {
            for (int i = 0; i < agents.size(); i++) {
                if (counts[i] > 0) {
                    UserAgent agent = agents.get(i);
                    batch.enter("br");
                    batch.enter(agent.browser());
                    if (agent.version().isEmpty()) {
                        batch.number((double) counts[i]);
                    } else {
                        one(batch, agent.version(), counts[i]);
                    }
                    batch.leave();
                    batch.leave();
                    batch.enter("os");
                    one(batch, agent.os(), counts[i]);
                    batch.leave();
                    counts[i] = 0;
                }
            }
            if (agents.size() > 4096) {
                // Somebody makes versions up: start again.
                agents.clear();
                ids.clear();
                Arrays.fill(texts, null);
            }
        }
    }

    /** {@code status,4xx,404} and {@code error,404,/path}. */
    private static final class Statuses implements Pipe {
        private final long[] counts = new long[1000];
        private final Map<Integer, Counts> errors = new HashMap<>();

        @Override
        public void process(LogRecord line) {
            int status = (int) line.number(Field.STATUS);
            if (status < 100 || status > 999) {
                return;
            }
            counts[status]++;
            if (status >= 400 && line.has(Field.URL)) {
                int from = line.from(Field.URL);
                errors.computeIfAbsent(status, _ -> new Counts())
                        .add(line.bytes(), from, Urls.pathEnd(line.bytes(), from, line.to(Field.URL)), 1);
            }
        }

        @Override
        public void flush(Batch batch) {
            for (int status = 100; status < 1000; status++) {
                if (counts[status] > 0) {
                    batch.enter("status");
                    batch.enter(status / 100 + "xx");
                    one(batch, Integer.toString(status), counts[status]);
                    batch.leave();
                    batch.leave();
                    counts[status] = 0;
                }
            }
            errors.forEach((status, urls) -> {
                if (urls.size() > 0) {
                    batch.enter("error");
                    batch.enter(Integer.toString(status));
                    urls.flush(batch);
                    batch.leave();
                    batch.leave();
                }
            });
        }
    }

    /** One name as it stands in the line. */
    private static final class Named implements Pipe {
        private final String top;
        private final Field field;
        private final Counts counts = new Counts();

        Named(String top, Field field) {
            this.top = top;
            this.field = field;
        }

        @Override
        public void process(LogRecord line) {
            int from = line.from(field);
            if (from >= 0 && line.to(field) > from) {
                counts.add(line.bytes(), from, line.to(field), 1);
            }
        }

        @Override
        public void flush(Batch batch) {
            batch.enter(top);
            counts.flush(batch);
            batch.leave();
        }
    }

    /** {@code url,/path}, without the query string. */
    private static final class Urls implements Pipe {
        private final Counts counts = new Counts();

        @Override
        public void process(LogRecord line) {
            int from = line.from(Field.URL);
            if (from >= 0) {
                int to = pathEnd(line.bytes(), from, line.to(Field.URL));
                if (to > from) {
                    counts.add(line.bytes(), from, to, 1);
                }
            }
        }

        static int pathEnd(byte[] bytes, int from, int to) {
            for (int i = from; i < to; i++) {
                if (bytes[i] == '?') {
                    return i;
                }
            }
            return to;
        }

        @Override
        public void flush(Batch batch) {
            batch.enter("url");
            counts.flush(batch);
            batch.leave();
        }
    }

    /** {@code referrer,host}. */
    private static final class Referrers implements Pipe {
        private final Counts counts = new Counts();

        @Override
        public void process(LogRecord line) {
            int from = line.from(Field.REFERRER);
            if (from < 0) {
                return;
            }
            byte[] bytes = line.bytes();
            int to = line.to(Field.REFERRER);
            for (int i = from; i + 2 < to; i++) {
                if (bytes[i] == ':' && bytes[i + 1] == '/' && bytes[i + 2] == '/') {
                    from = i + 3;
                    break;
                }
            }
            int end = from;
            while (end < to && bytes[end] != '/' && bytes[end] != '?') {
                end++;
            }
            if (end > from) {
                counts.add(bytes, from, end, 1);
            }
        }

        @Override
        public void flush(Batch batch) {
            batch.enter("referrer");
            counts.flush(batch);
            batch.leave();
        }
    }

    /** {@code time,request} and {@code time,upstream}: distributions in milliseconds. */
    private static final class Times implements Pipe {
        private final String name;
        private final Field[] fields;
        private final double[] millis;
        private Sketch sketch = new Sketch();

        private Times(String name, Field[] fields, double[] millis) {
            this.name = name;
            this.fields = fields;
            this.millis = millis;
        }

        static Times request() {
            return new Times(
                    "request",
                    new Field[] {Field.REQUEST_SECONDS, Field.REQUEST_MILLIS, Field.REQUEST_MICROS},
                    new double[] {1000, 1, 0.001});
        }

        static Times upstream() {
            return new Times("upstream", new Field[] {Field.UPSTREAM_SECONDS}, new double[] {1000});
        }

        @Override
        public void process(LogRecord line) {
            for (int i = 0; i < fields.length; i++) {
                if (line.has(fields[i])) {
                    double value = sum(line.bytes(), line.from(fields[i]), line.to(fields[i]));
                    if (value >= 0) {
                        sketch.add(value * millis[i]);
                    }
                }
            }
        }

        /** Retries stand as {@code 0.1, 0.2} and redirects as {@code 0.1 : 0.2}: the time of all of them. */
        private static double sum(byte[] bytes, int from, int to) {
            double sum = -1;
            double value = 0;
            double unit = 1;
            boolean hasDigit = false;
            for (int i = from; i <= to; i++) {
                int c = i == to ? ',' : bytes[i];
                if (c >= '0' && c <= '9') {
                    hasDigit = true;
                    if (unit == 1) {
                        value = value * 10 + c - '0';
                    } else {
                        value += (c - '0') * unit;
                        unit /= 10;
                    }
                } else if (c == '.') {
                    unit = 0.1;
                } else if (hasDigit) {
                    sum = Math.max(sum, 0) + value;
                    value = 0;
                    unit = 1;
                    hasDigit = false;
                }
            }
            return sum;
        }

        @Override
        public void flush(Batch batch) {
            if (sketch.count() > 0) {
                batch.enter("time");
                batch.hint(Action.SKETCH);
                batch.enter(name);
                batch.cell(sketch);
                batch.leave();
                batch.hint(Action.ADD);
                batch.leave();
                sketch = new Sketch();
            }
        }
    }
}
