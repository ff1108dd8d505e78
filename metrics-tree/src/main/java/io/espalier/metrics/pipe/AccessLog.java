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

    /** Told of each line that does not fit. */
    public interface Bad {
        /**
         * @param line   from 1
         * @param column from 1, where it stops to fit the format
         * @param bytes  the line is {@code from} to {@code to} of them, during the call
         */
        void line(long line, int column, String reason, byte[] bytes, int from, int to);
    }

    private final Bad bad;
    private final LogRecord record = new LogRecord();
    private Optional<LogFormat> format;
    private Optional<String> detected = Optional.empty();
    private List<Pipe> pipes = List.of();
    private final List<byte[]> waiting = new ArrayList<>();
    private long lines;
    private long fitting;

    public AccessLog(Optional<LogFormat> format, Bad bad) {
        this.bad = bad;
        this.format = format;
        format.ifPresent(this::start);
    }

    private void start(LogFormat chosen) {
        format = Optional.of(chosen);
        pipes = Pipes.all().stream()
                .filter(factory -> factory.fits(chosen))
                .map(Pipe.Factory::init)
                .toList();
    }

    /** A line without its end. */
    public void line(byte[] bytes, int from, int to) {
        int end = to > from && bytes[to - 1] == '\r' ? to - 1 : to;
        lines++;
        if (end == from) {
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
                bad.line(number, 1, LogFormat.why(line), line, 0, line.length);
            }
        }
        waiting.clear();
    }

    /** The lines of a block, the last of which may lack its end. */
    public void block(byte[] bytes, int from, int to) {
        int start = from;
        for (int i = from; i < to; i++) {
            if (bytes[i] == '\n') {
                line(bytes, start, i);
                start = i + 1;
            }
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
