package io.espalier.backup.command;

import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;

/** What a person or a program sees: the answer on {@code out}, progress and complaints on {@code err}. */
final class Screen {

    private static final Duration REDRAW = Duration.ofMillis(300);
    private static final Duration REPORT = Duration.ofSeconds(30);

    private final PrintStream out;
    private final PrintStream err;
    private final boolean isTerminal;
    private final InstantSource clock;
    private Instant next = Instant.MIN;
    private boolean hasLine;

    Screen(PrintStream out, PrintStream err, boolean isTerminal, InstantSource clock) {
        this.out = out;
        this.err = err;
        this.isTerminal = isTerminal;
        this.clock = clock;
    }

    void print(String text) {
        clear();
        out.println(text);
    }

    void json(Object json) {
        print(Json.of(json));
    }

    void complain(String text) {
        clear();
        err.println(text);
    }

    /** True if it is time to say how far it is. Cheap enough to be asked for every file. */
    boolean isDue() {
        Instant now = clock.instant();
        if (now.isBefore(next)) {
            return false;
        }
        boolean isFirst = next.equals(Instant.MIN);
        next = now.plus(isTerminal ? REDRAW : REPORT);
        return !isFirst;
    }

    void progress(String text) {
        if (isTerminal) {
            err.print("\r\033[K" + (text.length() > 100 ? text.substring(0, 100) : text));
            err.flush();
            hasLine = true;
        } else {
            err.println(text);
        }
    }

    private void clear() {
        if (hasLine) {
            err.print("\r\033[K");
            hasLine = false;
        }
    }

    /** Such as {@code 1 pack}, {@code 2 packs}. */
    static String count(long number, String one, String many) {
        return number + " " + (number == 1 ? one : many);
    }

    /** Columns as wide as needed; numbers to the right is the caller's business. */
    void table(List<List<String>> rows) {
        int columns = rows.getFirst().size();
        int[] widths = new int[columns];
        for (List<String> row : rows) {
            for (int i = 0; i < columns; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        for (List<String> row : rows) {
            var line = new StringBuilder();
            for (int i = 0; i < columns; i++) {
                line.append(row.get(i));
                if (i < columns - 1) {
                    line.repeat(' ', widths[i] - row.get(i).length() + 2);
                }
            }
            print(line.toString());
        }
    }

    static String size(long bytes) {
        if (bytes < 1024) {
            return bytes + " B";
        }
        double value = bytes;
        for (String unit : List.of("KiB", "MiB", "GiB", "TiB")) {
            value /= 1024;
            if (value < 1024 || unit.equals("TiB")) {
                return String.format(Locale.ROOT, "%.1f %s", value, unit);
            }
        }
        throw new IllegalStateException();
    }
}
