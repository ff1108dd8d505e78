package io.espalier.shell.view;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;

/** Collects the lines of a result for people. */
public final class Page {
    private final StringBuilder text = new StringBuilder();
    private final boolean colour;
    private final int width;
    private final Instant now;
    private final ZoneId zone;

    /**
     * @param width columns of the terminal, or 0 where lines may be of any length
     * @param zone for the dates of what happened long ago
     */
    public Page(boolean colour, int width, Instant now, ZoneId zone) {
        this.colour = colour;
        this.width = width;
        this.now = now;
        this.zone = zone;
    }

    int width() {
        return width;
    }

    /** The pieces next to each other. */
    Page line(Cell... cells) {
        for (Cell cell : cells) {
            append(cell);
        }
        text.append('\n');
        return this;
    }

    Page line(String plain) {
        return line(new Cell(plain, Style.PLAIN));
    }

    void append(Cell cell) {
        text.append(colour ? cell.style().paint(cell.text()) : cell.text());
    }

    void blanks(int count) {
        text.repeat(' ', count);
    }

    void end() {
        int end = text.length();
        while (end > 0 && text.charAt(end - 1) == ' ') {
            end--;
        }
        text.setLength(end);
        text.append('\n');
    }

    Page blank() {
        if (!text.isEmpty()) {
            text.append('\n');
        }
        return this;
    }

    Page title(String title) {
        blank();
        return line(new Cell(title, Style.BOLD));
    }

    /** A name and what it stands for, in two columns. */
    Page field(String name, Cell... values) {
        append(new Cell(name, Style.DIM));
        blanks(Math.max(1, 12 - Cell.width(name)));
        return line(values);
    }

    /** Lines that are shown as they are, in one style. */
    Page block(String lines, Style style) {
        for (String line : lines.stripTrailing().split("\n", -1)) {
            line(new Cell(line.replace("\t", "        "), style));
        }
        return this;
    }

    /** Such as {@code 5 min ago}; a date where that says more. */
    Cell ago(@Nullable Instant at) {
        return at == null ? Cell.NONE : new Cell(ago(at, now, zone), Style.PLAIN);
    }

    static String ago(Instant at, Instant now, ZoneId zone) {
        long seconds = Duration.between(at, now).toSeconds();
        if (seconds < 0) {
            // The two clocks may differ a little.
            return seconds > -60 ? "now" : "in " + length(Duration.ofSeconds(-seconds));
        }
        if (seconds < 1) {
            return "now";
        }
        return seconds < 14 * 86_400
                ? length(Duration.ofSeconds(seconds)) + " ago"
                : LocalDate.ofInstant(at, zone).toString();
    }

    /** Such as {@code 41 ms}, {@code 3.2 s}, {@code 5 min}, {@code 2 d}; rounded down. */
    static String length(Duration duration) {
        long seconds = duration.toSeconds();
        if (seconds < 1) {
            return duration.toMillis() + " ms";
        } else if (seconds < 60) {
            long tenths = duration.toMillisPart() / 100;
            return seconds < 10 && tenths > 0 ? seconds + "." + tenths + " s" : seconds + " s";
        } else if (seconds < 3600) {
            return seconds / 60 + " min";
        } else if (seconds < 48 * 3600) {
            return seconds / 3600 + " h";
        }
        return seconds / 86_400 + " d";
    }

    /** Such as {@code 14.2 kB}, in powers of 1000. */
    static String size(long bytes) {
        if (bytes < 1000) {
            return bytes + " B";
        }
        double value = bytes;
        int unit = -1;
        while (value >= 1000 && unit < 4) {
            value /= 1000;
            unit++;
        }
        long tenths = (long) (value * 10);
        return (tenths < 100 ? tenths / 10 + "." + tenths % 10 : Long.toString(tenths / 10)) + " "
                + "kMGTP".charAt(unit) + "B";
    }

    /** The beginning of a commit or a release id, as much as people compare. */
    static Cell id(@Nullable String id) {
        return id == null ? Cell.NONE : new Cell(id.length() > 12 ? id.substring(0, 12) : id, Style.PLAIN);
    }

    /** Safe to show in a terminal, whoever wrote it. */
    public static String oneLine(String text) {
        return Cell.clean(text);
    }

    public String text() {
        return text.toString();
    }
}
