package io.espalier.metrics.pipe;

import io.espalier.metrics.tree.Batch;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Runs the lines of one log through the pipes. Used by one thread. Without a format it looks at the first lines
 * and chooses one; {@link #format} tells which.
 */
public final class AccessLog {
    /** Longer lines are refused. */
    public static final int MAX_LINE = 65_536;

    private static final int DETECT_LINES = 100;
    private static final int MIN_PREFIX = 30;
    private static final int MAX_TIME = 40;
    /** Or {@code stderr}. */
    private static final byte[] STREAM = " stdout F ".getBytes(StandardCharsets.US_ASCII);

    private static final String W3C = "w3c";
    private static final byte[] FIELDS = "#Fields:".getBytes(StandardCharsets.US_ASCII);

    /** Told of each line that does not fit. */
    public interface Bad {
        /**
         * @param line   from 1
         * @param column from 1, where it stops to fit the format
         * @param bytes  the line is {@code from} to {@code to} of them, during the call
         */
        void line(long line, int column, String reason, byte[] bytes, int from, int to);
    }

    private final PipeSet set;
    private final Bad bad;
    private final LogRecord record = new LogRecord();
    private Optional<LogFormat> format;
    private Optional<String> detected = Optional.empty();
    private List<Pipe> pipes = List.of();
    private final List<Pipe> retired = new ArrayList<>();
    private final boolean isGiven;
    private final List<byte[]> waiting = new ArrayList<>();
    private long lines;
    private long fitting;

    /** With the pipes that come with the tree. */
    public AccessLog(Optional<LogFormat> format, Bad bad) {
        this(format, PipeSet.STOCK, bad);
    }

    /** @param format of the lines; empty: found by looking at them */
    public AccessLog(Optional<LogFormat> format, PipeSet set, Bad bad) {
        this.set = set;
        this.bad = bad;
        this.format = format;
        isGiven = format.isPresent();
        format.ifPresent(this::start);
    }

    private void start(LogFormat chosen) {
        format = Optional.of(chosen);
        pipes = set.factories().stream()
                .filter(factory -> factory.fits(chosen))
                .map(Pipe.Factory::init)
                .toList();
    }

    /** A line without its end; what a container's runtime put before it is passed over. */
    public void line(byte[] bytes, int start, int to) {
        int from = start + prefix(bytes, start, to);
        int end = to > from && bytes[to - 1] == '\r' ? to - 1 : to;
        lines++;
        if (end == from || (bytes[from] == '#' && header(bytes, from, end))) {
            return;
        }
        if (format.isEmpty()) {
            waiting.add(Arrays.copyOfRange(bytes, from, end));
            if (waiting.size() == DETECT_LINES) {
                detect();
            }
            return;
        }
        process(bytes, from, end, lines);
    }

    /** {@code 2026-11-20T10:05:03.123456789Z stdout F }, as Kubernetes' container logs have it (CRI). */
    private static int prefix(byte[] bytes, int from, int to) {
        if (to - from < MIN_PREFIX || bytes[from + 10] != 'T' || bytes[from + 4] != '-' || bytes[from + 7] != '-') {
            return 0;
        }
        int space = Scan.find(bytes, from, Math.min(to, from + MAX_TIME), (byte) ' ');
        boolean isPrefix = space > 0
                && to - space >= STREAM.length
                && Arrays.equals(bytes, space, space + 4, STREAM, 0, 4)
                && Arrays.equals(bytes, space + 7, space + STREAM.length, STREAM, 7, STREAM.length);
        return isPrefix ? space + STREAM.length - from : 0;
    }

    /** W3C logs tell their columns, and may tell others further down; their other comments say nothing. */
    private boolean header(byte[] bytes, int from, int to) {
        boolean isOurs = !isGiven || format.orElseThrow().toString().equals(W3C);
        if (!isOurs) {
            return false;
        }
        if (to - from > FIELDS.length && Arrays.equals(bytes, from, from + FIELDS.length, FIELDS, 0, FIELDS.length)) {
            if (!waiting.isEmpty()) {
                detect();
            }
            LogFormat.w3c(bytes, from, to).ifPresent(told -> {
                retired.addAll(pipes);
                start(told);
                detected = Optional.of(told.toString());
            });
        }
        return true;
    }

    private void process(byte[] bytes, int from, int end, long number) {
        if (end - from > MAX_LINE) {
            String reason = "a line of " + (end - from) + " bytes (at most " + MAX_LINE + ")";
            bad.line(number, MAX_LINE, reason, bytes, from, end);
            return;
        }
        int column = format.orElseThrow().parse(bytes, from, end, record);
        if (column < 0 && format.orElseThrow().has(Field.STATUS) && record.number(Field.STATUS) < 100) {
            column = Math.max(0, record.from(Field.STATUS) - from);
        }
        if (column >= 0) {
            bad.line(number, column + 1, "does not fit " + format.orElseThrow(), bytes, from, end);
            return;
        }
        fitting++;
        for (Pipe pipe : pipes) {
            pipe.process(record);
        }
    }

    private void detect() {
        Optional<LogFormat> found = LogFormat.detect(waiting);
        if (found.isPresent()) {
            start(found.get());
            detected = Optional.of(found.get().toString());
        }
        long number = lines - waiting.size();
        for (byte[] line : waiting) {
            number++;
            if (found.isPresent()) {
                process(line, 0, line.length, number);
            } else {
                LogFormat.Misfit misfit = LogFormat.why(line);
                bad.line(number, misfit.column() + 1, misfit.reason(), line, 0, line.length);
            }
        }
        waiting.clear();
    }

    /** The lines of a block, the last of which may lack its end. */
    public void block(byte[] bytes, int from, int to) {
        int start = from;
        for (int end = Scan.find(bytes, from, to, (byte) '\n');
                end >= 0;
                end = Scan.find(bytes, start, to, (byte) '\n')) {
            line(bytes, start, end);
            start = end + 1;
        }
        if (start < to) {
            line(bytes, start, to);
        }
    }

    /** All that was counted since the last flush. */
    public void flush(Batch batch) {
        if (!waiting.isEmpty()) {
            detect();
        }
        for (Pipe pipe : retired) {
            pipe.flush(batch);
            pipe.cleanup();
        }
        retired.clear();
        for (Pipe pipe : pipes) {
            pipe.flush(batch);
        }
    }

    public void close() {
        pipes.forEach(Pipe::cleanup);
    }

    public Optional<LogFormat> format() {
        return format;
    }

    /** The name of the format, once it was found by looking at the lines. */
    public Optional<String> detected() {
        return detected;
    }

    public long lines() {
        return lines;
    }

    /** Lines that were read with success. */
    public long fitting() {
        return fitting;
    }

    /** What a bad line says, cut short. */
    public static String sample(byte[] bytes, int from, int to) {
        return new String(bytes, from, Math.min(to - from, 200), StandardCharsets.UTF_8);
    }
}
