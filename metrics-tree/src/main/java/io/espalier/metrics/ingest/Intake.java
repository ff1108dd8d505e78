package io.espalier.metrics.ingest;

import io.espalier.metrics.json.BadJsonException;
import io.espalier.metrics.json.TreeJson;
import io.espalier.metrics.pipe.AccessLog;
import io.espalier.metrics.pipe.LogFormat;
import io.espalier.metrics.pipe.PipeSet;
import io.espalier.metrics.tree.Batch;
import io.espalier.metrics.tree.MetricTree;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** Merges pushes into a tree. Safe for all threads; what a method returned from is merged. */
public final class Intake {
    private static final int BATCH = 4096;

    private final MetricTree tree;
    private final Optional<LogFormat> format;
    private final PipeSet pipes;
    private final BooleanSupplier settle;

    /** @param format of access log lines; empty: found by looking at them */
    public Intake(MetricTree tree, Optional<LogFormat> format) {
        this(tree, format, PipeSet.STOCK);
    }

    /**
     * @param format of access log lines; empty: found by looking at them
     * @param pipes  that lines run through
     */
    public Intake(MetricTree tree, Optional<LogFormat> format, PipeSet pipes) {
        this(tree, format, pipes, () -> true);
    }

    /** @param settle makes what was merged so far durable; false if that fails */
    public Intake(MetricTree tree, Optional<LogFormat> format, PipeSet pipes, BooleanSupplier settle) {
        this.tree = tree;
        this.format = format;
        this.pipes = pipes;
        this.settle = settle;
    }

    /** Whether what was merged so far is as durable as it gets, so that its source may be forgotten. */
    boolean settle() {
        return settle.getAsBoolean();
    }

    /** Whether lines that start with a brace are log lines, not JSON for the tree. */
    boolean hasJsonLog() {
        return format.isPresent() && format.get().isJson();
    }

    MetricTree tree() {
        return tree;
    }

    /** JSON if it starts like JSON, else lines of an access log. */
    public Report any(byte[] bytes, int from, int to) {
        int start = TreeJson.skipSpace(bytes, from, to);
        return start < to && (bytes[start] == '{' || bytes[start] == '[') && !hasJsonLog()
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
                report.bad(line, String.valueOf(e.getMessage()), bytes, at, to);
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
            report.bad(1, "nothing in it", bytes, from, from);
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
        var lines = new LogSink(this);
        lines.log.block(bytes, from, to);
        lines.flush();
        if (lines.log.lines() == 0) {
            lines.report.bad(1, "nothing in it", bytes, from, from);
        }
        lines.report.merged(lines.log.fitting());
        lines.log.detected().ifPresent(lines.report::format);
        return lines.report;
    }

    AccessLog log(AccessLog.Bad bad) {
        return new AccessLog(format, pipes, bad);
    }
}
