package io.espalier.metrics.pipe;

import io.espalier.metrics.tree.Batch;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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

    static List<Pipe.Factory> all() {
        return List.of(
                new Stock("hits", _ -> true, Hits::new),
                new Stock("agent", format -> format.has(Field.AGENT), AgentPipe::new),
                new Stock("status", format -> format.has(Field.STATUS), Statuses::new),
                new Stock("method", format -> format.has(Field.METHOD), () -> new Named("method", Field.METHOD)),
                new Stock("url", format -> format.has(Field.URL), Urls::new),
                new Stock("referrer", format -> format.has(Field.REFERRER), Referrers::new),
                new Stock("vhost", format -> format.has(Field.VHOST), () -> new Named("vhost", Field.VHOST)),
                new Stock("request-time", Pipes::hasRequestTime, TimePipe::request),
                new Stock("upstream-time", format -> format.has(Field.UPSTREAM_SECONDS), TimePipe::upstream));
    }

    private static boolean hasRequestTime(LogFormat format) {
        return format.has(Field.REQUEST_SECONDS)
                || format.has(Field.REQUEST_MILLIS)
                || format.has(Field.REQUEST_MICROS)
                || format.has(Field.REQUEST_NANOS);
    }

    static void one(Batch batch, String name, long value) {
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
            int mark = Scan.find(bytes, from, to, (byte) '?');
            return mark < 0 ? to : mark;
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
}
