package io.espalier.metrics.ingest;

import io.espalier.metrics.json.TreeJson;
import io.espalier.metrics.tree.Action;
import io.espalier.metrics.tree.Batch;
import java.nio.charset.StandardCharsets;

/**
 * {@code path[;tag=value] value [time]} lines, as Graphite has them: names split by points, time in seconds, -1
 * or none is now. Leaves that come to be by it keep the newest value.
 */
final class GraphiteSink implements Sink {
    private static final int MAX_PATH = 4096;
    private static final int BATCH = 1000;

    private final Intake intake;
    private final Rejects rejects;
    private final Batch batch = new Batch();

    GraphiteSink(Intake intake) {
        this.intake = intake;
        rejects = new Rejects(intake.tree());
    }

    @Override
    public void message(byte[] bytes, int from, int to) {
        int start = skipSpace(bytes, from, to);
        int end = to;
        while (end > start && isSpace(bytes[end - 1])) {
            end--;
        }
        if (end == start) {
            return;
        }
        String why = line(bytes, start, end);
        if (!why.isEmpty()) {
            rejects.add("bad-graphite", why, bytes, start, end);
        }
        if (batch.leaves() >= BATCH) {
            flush();
        }
    }

    /** Answers what is wrong with it; nothing if all is well. */
    private String line(byte[] bytes, int from, int to) {
        int pathEnd = word(bytes, from, to);
        int valueFrom = skipSpace(bytes, pathEnd, to);
        int valueEnd = word(bytes, valueFrom, to);
        int timeFrom = skipSpace(bytes, valueEnd, to);
        int timeEnd = word(bytes, timeFrom, to);
        if (valueEnd == valueFrom || timeEnd != to) {
            return "expected: path value [time]";
        }
        double value = number(bytes, valueFrom, valueEnd);
        double time = timeFrom == timeEnd ? -1 : number(bytes, timeFrom, timeEnd);
        if (!Double.isFinite(value) || !Double.isFinite(time)) {
            return "not a number";
        }
        if (!isPath(bytes, from, pathEnd)) {
            return "a path with an empty, too long or too deep part";
        }
        point(batch, bytes, from, pathEnd, value, time);
        return "";
    }

    /** @param time in seconds; zero or less is now */
    static void point(Batch batch, byte[] path, int from, int to, double value, double time) {
        batch.hint(Action.LAST);
        batch.stamp(time <= 0 ? 0 : (long) Math.min(time * 1000, 1e15));
        int depth = 0;
        int start = from;
        for (int i = from; i <= to; i++) {
            if (i == to || path[i] == '.' || path[i] == ';') {
                batch.enter(path, start, i - start);
                depth++;
                start = i + 1;
            }
        }
        batch.number(value);
        while (depth-- > 0) {
            batch.leave();
        }
    }

    static boolean isPath(byte[] bytes, int from, int to) {
        if (to == from || to - from > MAX_PATH) {
            return false;
        }
        int depth = 1;
        int start = from;
        for (int i = from; i <= to; i++) {
            if (i == to || bytes[i] == '.' || bytes[i] == ';') {
                if (i == start || i - start > TreeJson.MAX_NAME || depth++ > TreeJson.MAX_DEPTH) {
                    return false;
                }
                start = i + 1;
            }
        }
        return true;
    }

    /** NaN for what is none. Short plain decimals, which is nearly all, without an object. */
    static double number(byte[] bytes, int from, int to) {
        int at = from;
        boolean isNegative = at < to && bytes[at] == '-';
        at += isNegative ? 1 : 0;
        long digits = 0;
        double scale = 1;
        int count = 0;
        boolean isFraction = false;
        for (; at < to; at++) {
            byte b = bytes[at];
            if (b >= '0' && b <= '9') {
                digits = digits * 10 + b - '0';
                count++;
                scale = isFraction ? scale * 10 : scale;
            } else if (b == '.' && !isFraction) {
                isFraction = true;
            } else {
                count = 0;
                break;
            }
        }
        if (count > 0 && count <= 15) {
            return (isNegative ? -digits : digits) / scale;
        }
        if (to - from > 64) {
            return Double.NaN;
        }
        try {
            return Double.parseDouble(new String(bytes, from, to - from, StandardCharsets.US_ASCII));
        } catch (NumberFormatException e) {
            return Double.NaN;
        }
    }

    private static boolean isSpace(byte b) {
        return b == ' ' || b == '\t' || b == '\r';
    }

    private static int skipSpace(byte[] bytes, int from, int to) {
        int at = from;
        while (at < to && isSpace(bytes[at])) {
            at++;
        }
        return at;
    }

    private static int word(byte[] bytes, int from, int to) {
        int at = from;
        while (at < to && !isSpace(bytes[at])) {
            at++;
        }
        return at;
    }

    @Override
    public void flush() {
        if (!batch.isEmpty()) {
            intake.tree().merge(batch);
        }
        batch.clear();
        rejects.flush();
    }
}
