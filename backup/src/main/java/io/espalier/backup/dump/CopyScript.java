package io.espalier.backup.dump;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.SortedMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the data of a PostgreSQL dump as {@code pg_restore --data-only} writes it: the COPY blocks, row by row. */
final class CopyScript {
    private static final int LONGEST_LINE = 256 << 10; // of SQL; a row may be of any length
    private static final String NAME = "(\"(?:[^\"]|\"\")+\"|[^\" .(]+)";
    private static final Pattern COPY = Pattern.compile("COPY " + NAME + "\\." + NAME + " +(?:\\(.*\\) )?FROM stdin;");

    private final RowSums sums = new RowSums();
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private boolean inRows;
    private boolean isEndMark; // this row is \. so far
    private long length; // of this row so far

    private CopyScript() {}

    /** Tables by {@code schema.table}, unquoted. @throws DumpException TRUNCATED */
    static SortedMap<String, TableSum> read(InputStream in) throws IOException {
        var script = new CopyScript();
        byte[] buffer = new byte[64 << 10];
        for (int got = in.read(buffer); got >= 0; got = in.read(buffer)) {
            script.scan(buffer, got);
        }
        if (script.inRows) {
            throw new DumpException(Reason.TRUNCATED, "the data ends inside a table");
        }
        return script.sums.tables();
    }

    private void scan(byte[] buffer, int end) {
        int from = 0;
        while (from < end) {
            int newline = from;
            while (newline < end && buffer[newline] != '\n') {
                newline++;
            }
            if (inRows) {
                row(buffer, from, newline, newline < end);
            } else {
                sql(buffer, from, newline, newline < end);
            }
            from = newline + 1;
        }
    }

    private void row(byte[] buffer, int from, int to, boolean ends) {
        for (int i = from; i < to && length + i - from < 3; i++) {
            long at = length + i - from;
            isEndMark = at == 0 ? buffer[i] == '\\' : isEndMark && at == 1 && buffer[i] == '.';
        }
        length += to - from;
        sums.bytes(buffer, from, to - from);
        if (!ends) {
            return;
        }
        if (isEndMark && length == 2) {
            sums.dropRow();
            inRows = false;
        } else {
            sums.endRow();
        }
        length = 0;
        isEndMark = false;
    }

    private void sql(byte[] buffer, int from, int to, boolean ends) {
        if (line.size() < LONGEST_LINE) {
            line.write(buffer, from, to - from);
        }
        if (!ends) {
            return;
        }
        String text = line.toString(StandardCharsets.UTF_8);
        line.reset();
        Matcher copy = COPY.matcher(text);
        if (text.startsWith("COPY ") && copy.matches()) {
            sums.table(unquoted(copy.group(1)) + "." + unquoted(copy.group(2)));
            inRows = true;
        }
    }

    private static String unquoted(String name) {
        return name.startsWith("\"") ? name.substring(1, name.length() - 1).replace("\"\"", "\"") : name;
    }
}
