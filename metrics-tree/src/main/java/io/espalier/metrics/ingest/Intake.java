package io.espalier.metrics.ingest;

import io.espalier.metrics.json.BadJsonException;
import io.espalier.metrics.json.TreeJson;
import io.espalier.metrics.pipe.AccessLog;
import io.espalier.metrics.pipe.LogFormat;
import io.espalier.metrics.tree.Action;
import io.espalier.metrics.tree.Batch;
import io.espalier.metrics.tree.MetricTree;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Merges pushes into a tree. Safe for all threads; what a method returned from is merged. */
public final class Intake {
    private static final int BATCH = 4096;

    private final MetricTree tree;
    private final Optional<LogFormat> format;

    /** @param format of access log lines; empty: found by looking at them */
    public Intake(MetricTree tree, Optional<LogFormat> format) {
        this.tree = tree;
        this.format = format;
    }

    MetricTree tree() {
        return tree;
    }

    /** JSON if it starts like JSON, else lines of an access log. */
    public Report any(byte[] bytes, int from, int to) {
        int start = TreeJson.skipSpace(bytes, from, to);
        return start < to && (bytes[start] == '{' || bytes[start] == '[')
                ? json(bytes, from, to)
                : accessLog(bytes, from, to);
    }

    /** One object, an array of objects, or objects one after the other; after a bad one, goes on at the next line. */
    public Report json(byte[] bytes, int from, int to) {
        var report = new Report();
        var batch = new Batch();
        var reader = new TreeJson();
        long line = 1;
        int counted = from;
        int at = TreeJson.skipSpace(bytes, from, to);
        while (at < to) {
            try {
                at = reader.read(bytes, at, to, batch);
                report.merged(1);
            } catch (BadJsonException e) {
                line += lines(bytes, counted, at);
                counted = at;
                report.bad(line, e.getMessage());
                tree.note("drops,bad-json", 1, Optional.of(AccessLog.sample(bytes, at, to)));
                at = nextObject(bytes, at, to);
            }
            if (batch.leaves() >= BATCH) {
                tree.merge(batch);
                batch.clear();
            }
            at = TreeJson.skipSpace(bytes, at, to);
        }
        if (report.merged() == 0 && report.badCount() == 0) {
            report.bad(1, "nothing in it");
        }
        tree.merge(batch);
        return report;
    }

    private static long lines(byte[] bytes, int from, int to) {
        long count = 0;
        for (int i = from; i < to; i++) {
            count += bytes[i] == '\n' ? 1 : 0;
        }
        return count;
    }

    private static int nextObject(byte[] bytes, int from, int to) {
        for (int i = from; i < to; i++) {
            if (bytes[i] == '\n' && i + 1 < to && (bytes[i + 1] == '{' || bytes[i + 1] == '[')) {
                return i + 1;
            }
        }
        return to;
    }

    public Report accessLog(byte[] bytes, int from, int to) {
        var lines = new Lines(this);
        lines.log.block(bytes, from, to);
        lines.flush();
        if (lines.log.lines() == 0) {
            lines.report.bad(1, "nothing in it");
        }
        lines.report.merged(lines.log.fitting());
        return lines.report;
    }

    /**
     * {@code path[;tag=value] value [time]}, as Graphite has it: names split by points, time in seconds, -1 or none
     * is now. Leaves that come to be by it keep the newest value.
     */
    public boolean graphite(byte[] bytes, int from, int to, Batch batch) {
        String[] words = new String(bytes, from, to - from, StandardCharsets.UTF_8)
                .strip()
                .split("\\s+", -1);
        if (words.length < 2 || words.length > 3 || words[0].length() > 4096) {
            return false;
        }
        double value;
        long stamp;
        try {
            value = Double.parseDouble(words[1]);
            stamp = words.length == 2 ? -1 : (long) Double.parseDouble(words[2]);
        } catch (NumberFormatException e) {
            return false;
        }
        String[] names = words[0].split("[.;]", -1);
        if (!Double.isFinite(value) || names.length == 0 || names.length > TreeJson.MAX_DEPTH) {
            return false;
        }
        for (String name : names) {
            if (name.isEmpty() || name.length() > TreeJson.MAX_NAME) {
                return false;
            }
        }
        batch.hint(Action.LAST);
        batch.stamp(stamp <= 0 ? 0 : stamp * 1000);
        batch.add(value, names);
        return true;
    }

    /** Access log lines of one sender, and JSON objects between them. Used by one thread. */
    static final class Lines {
        private final Intake intake;
        final Report report = new Report();
        final AccessLog log;
        private final Batch batch = new Batch();
        private final TreeJson json = new TreeJson();
        private long seen;
        private long badSince;
        private String badSample = "";

        Lines(Intake intake) {
            this.intake = intake;
            log = new AccessLog(
                    intake.format, (line, column, reason) -> bad(line, "column " + column + ": " + reason, reason));
        }

        private void bad(long line, String reason, String sample) {
            report.bad(line, reason);
            badSince++;
            badSample = sample;
        }

        void line(byte[] bytes, int from, int to) {
            seen++;
            if (to > from && (bytes[from] == '{' || bytes[from] == '[')) {
                try {
                    json.read(bytes, from, to, batch);
                } catch (BadJsonException e) {
                    bad(seen, e.getMessage(), AccessLog.sample(bytes, from, to));
                }
            } else {
                long fitting = log.fitting();
                log.line(bytes, from, to);
                if (log.fitting() == fitting && badSince > 0) {
                    badSample = AccessLog.sample(bytes, from, to);
                }
            }
            if (seen % BATCH == 0) {
                flush();
            }
        }

        void flush() {
            log.flush(batch);
            if (!batch.isEmpty()) {
                intake.tree.merge(batch);
            }
            batch.clear();
            if (badSince > 0) {
                intake.tree.note("drops,bad-line", badSince, Optional.of(badSample));
                badSince = 0;
            }
        }
    }
}
