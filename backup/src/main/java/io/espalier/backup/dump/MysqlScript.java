package io.espalier.backup.dump;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;

/**
 * Reads a script of {@code mariadb-dump} or {@code mysqldump} to its end: statements, quotes, comments, delimiters, the
 * rows of every INSERT, the trailer. Rows are counted and summed, not kept, so the size of a row does not matter.
 */
final class MysqlScript {
    private static final int HEAD = 2_048; // longer than any statement's beginning up to its name
    private static final String TRAILER = "-- Dump completed";

    private enum State {
        PLAIN,
        SINGLE,
        DOUBLE,
        BACKTICK,
        LINE_COMMENT,
        BLOCK_COMMENT
    }

    private final Optional<Extract> extract;
    private final RowSums sums = new RowSums();
    private final Set<String> others = new HashSet<>();
    private final ByteArrayOutputStream head = new ByteArrayOutputStream();
    private final StringBuilder comment = new StringBuilder();

    private State state = State.PLAIN;
    private String delimiter = ";";
    private String database = "";
    private boolean escaped;
    private int recent; // the last four bytes, the newest lowest
    private int depth;
    private int values; // letters of VALUES that were just seen
    private boolean inRows;
    private boolean inRow;
    private boolean isOpen; // a statement has begun
    private boolean isDecided; // what the extract does with this statement
    private boolean isWanted;
    private int from; // of the statement's bytes in this buffer that were not looked at yet
    private int rowFrom;

    private MysqlScript(Optional<Extract> extract) {
        this.extract = extract;
    }

    /**
     * What a whole script makes.
     *
     * @param tables by {@code database.table}
     * @param others views and sequences, in the same form
     */
    record Content(SortedMap<String, TableSum> tables, Set<String> others) {}

    /** One table's statements, with the settings that the script begins with, go to {@code to}. */
    private record Extract(String database, String table, OutputStream to) {
        boolean wants(String current, String statement) {
            if (statement.startsWith("/*M!")
                    || (statement.startsWith("/*!") && statement.contains(" SET "))
                    || statement.startsWith("SET ")) {
                return true;
            }
            return current.equals(database)
                    && (statement.startsWith("CREATE TABLE ")
                            || statement.startsWith("INSERT INTO ")
                            || statement.startsWith("DROP TABLE IF EXISTS "))
                    && nameIn(statement).equals(table);
        }
    }

    /** @throws DumpException TRUNCATED or DAMAGED */
    static Content read(InputStream in) throws IOException {
        return new MysqlScript(Optional.empty()).all(in);
    }

    /** Copies what makes one table, without the database's name. @throws DumpException also INCOMPLETE: not there */
    static void extract(InputStream in, String database, String table, OutputStream to) throws IOException {
        Content content = new MysqlScript(Optional.of(new Extract(database, table, to))).all(in);
        if (!content.tables().containsKey(database + "." + table)) {
            throw new DumpException(Reason.INCOMPLETE, database + "." + table + ": not in this dump");
        }
    }

    private Content all(InputStream in) throws IOException {
        byte[] buffer = new byte[64 << 10];
        for (int got = in.read(buffer); got >= 0; got = in.read(buffer)) {
            scan(buffer, got);
        }
        if (isOpen || state == State.BLOCK_COMMENT) {
            throw new DumpException(Reason.TRUNCATED, "the script ends inside a statement");
        }
        if (!comment.toString().startsWith(TRAILER)) {
            throw new DumpException(Reason.TRUNCATED, "the last line is not \"" + TRAILER + "\"");
        }
        return new Content(sums.tables(), others);
    }

    private void scan(byte[] buffer, int end) throws IOException {
        from = 0;
        rowFrom = 0;
        for (int i = 0; i < end; i++) {
            int c = buffer[i];
            switch (state) {
                case PLAIN -> plain(buffer, i, c);
                case SINGLE -> quoted(c, '\'');
                case DOUBLE -> quoted(c, '"');
                case BACKTICK -> state = c == '`' ? State.PLAIN : state;
                case LINE_COMMENT -> lineComment(i, c);
                case BLOCK_COMMENT -> {
                    if (c == '/' && endsWith("*")) {
                        state = State.PLAIN;
                        from = isOpen ? from : i + 1;
                        c = 0; // or what follows could make a new one of it
                    }
                }
            }
            recent = recent << 8 | (c & 0xff);
        }
        if (inRow) {
            sums.bytes(buffer, rowFrom, end - rowFrom);
        }
        if (isOpen) {
            take(buffer, end);
        }
    }

    private void quoted(int c, char quote) {
        if (escaped) {
            escaped = false;
        } else if (c == '\\') {
            escaped = true;
        } else if (c == quote) {
            state = State.PLAIN;
        }
    }

    private void lineComment(int i, int c) {
        if (c != '\n') {
            if (!isOpen && comment.length() < 80) {
                comment.append((char) c);
            }
            return;
        }
        state = State.PLAIN;
        if (!isOpen) {
            from = i + 1;
        }
    }

    private void plain(byte[] buffer, int i, int c) throws IOException {
        if (!isOpen) {
            if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
                from = i + 1;
                return;
            }
            open(i);
        }
        if ((endsWith("/*") && c != '!' && c != 'M') || (endsWith("/*M") && c != '!')) {
            state = State.BLOCK_COMMENT;
            if (length(i) <= 3) {
                isOpen = false; // nothing but the comment so far
                head.reset();
            }
            return;
        }
        switch (c) {
            case '\'' -> state = State.SINGLE;
            case '"' -> state = State.DOUBLE;
            case '`' -> state = State.BACKTICK;
            case '#' -> comment(i, 1);
            case ' ', '\t', '\n' -> {
                if (endsWith("--")) {
                    comment(i, 3);
                    if (c == '\n') {
                        lineComment(i, c);
                    }
                } else if (c == '\n') {
                    delimiterLine(buffer, i);
                }
            }
            case '(' -> openBracket(buffer, i);
            case ')' -> closeBracket(buffer, i);
            default -> {
                if (c == delimiter.charAt(delimiter.length() - 1)
                        && endsWith(delimiter.substring(0, delimiter.length() - 1))
                        && !beginning(buffer, i).startsWith("DELIMITER ")) {
                    close(buffer, i);
                    return;
                }
            }
        }
        if (depth == 0) {
            values = c == "VALUES".charAt(values) ? values + 1 : c == 'V' ? 1 : values == 6 ? 6 : 0;
            if (values == 6 && !inRows) {
                inRows = true;
            }
            values = values == 6 ? 0 : values;
        }
    }

    private void open(int i) {
        isOpen = true;
        isDecided = false;
        isWanted = false;
        head.reset();
        comment.setLength(0);
        from = i;
        depth = 0;
        values = 0;
        inRows = false;
        recent = 0;
    }

    /** Whether the bytes before this one are {@code text}, of at most four. */
    private boolean endsWith(String text) {
        for (int i = text.length() - 1, seen = recent; i >= 0; i--, seen >>>= 8) {
            if ((seen & 0xff) != text.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** Of the statement up to {@code i}; right as long as it is short. */
    private int length(int i) {
        return head.size() + i - from;
    }

    /** The statement up to {@code i} if that is but a few bytes, else nothing. */
    private String beginning(byte[] buffer, int i) {
        return length(i) > 20
                ? ""
                : head.toString(StandardCharsets.ISO_8859_1)
                        + new String(buffer, from, i - from, StandardCharsets.ISO_8859_1);
    }

    /** Enters a comment that began {@code length} - 1 bytes ago; at the start of a statement there is none then. */
    private void comment(int i, int length) {
        state = State.LINE_COMMENT;
        if (length(i) < length) {
            isOpen = false;
            head.reset();
            comment.setLength(0);
            comment.append(length == 3 ? "-- " : "#");
        }
    }

    /** {@code DELIMITER ;;} is for the client and ends with its line. */
    private void delimiterLine(byte[] buffer, int i) {
        String line = beginning(buffer, i);
        if (line.startsWith("DELIMITER ")) {
            delimiter = line.substring(10).strip();
            if (delimiter.isEmpty() || delimiter.length() > 2) {
                throw new DumpException(Reason.DAMAGED, "delimiter \"" + delimiter + "\"");
            }
            isOpen = false;
            from = i + 1;
        }
    }

    private void openBracket(byte[] buffer, int i) throws IOException {
        if (depth++ > 0 || !inRows) {
            return;
        }
        take(buffer, i);
        String statement = head.toString(StandardCharsets.UTF_8);
        if (statement.startsWith("INSERT INTO `")) {
            sums.table(database + "." + nameIn(statement));
            inRow = true;
            rowFrom = i;
        }
    }

    private void closeBracket(byte[] buffer, int i) {
        if (--depth == 0 && inRow) {
            sums.bytes(buffer, rowFrom, i + 1 - rowFrom);
            sums.endRow();
            inRow = false;
        }
    }

    private void close(byte[] buffer, int i) throws IOException {
        take(buffer, i + 1);
        decide();
        if (isWanted) {
            extract.orElseThrow().to().write('\n');
        }
        String statement = head.toString(StandardCharsets.UTF_8);
        if (statement.startsWith("USE `")) {
            database = nameIn(statement);
        } else if (statement.startsWith("CREATE TABLE `")) {
            sums.table(database + "." + nameIn(statement));
        } else if (statement.startsWith("CREATE SEQUENCE `")) {
            others.add(database + "." + nameIn(statement));
        } else if (statement.startsWith("/*!50001 CREATE ") || statement.startsWith("/*!50001 VIEW ")) {
            int view = statement.indexOf(" VIEW `");
            if (view >= 0) {
                others.add(database + "." + nameIn(statement.substring(view)));
            }
        }
        isOpen = false;
        from = i + 1;
    }

    /** The statement's bytes up to {@code until} go to its head, and to the extract if it wants them. */
    private void take(byte[] buffer, int until) throws IOException {
        int length = until - from;
        if (length <= 0) {
            return;
        }
        if (isDecided) {
            if (isWanted) {
                extract.orElseThrow().to().write(buffer, from, length);
            }
        } else {
            int fits = extract.isPresent() ? length : Math.min(length, HEAD - head.size());
            head.write(buffer, from, fits);
            if (head.size() >= HEAD) {
                decide();
            }
        }
        from = until;
    }

    private void decide() throws IOException {
        if (isDecided) {
            return;
        }
        isDecided = true;
        String statement = head.toString(StandardCharsets.UTF_8);
        isWanted = extract.isPresent() && extract.get().wants(database, statement);
        if (isWanted) {
            head.writeTo(extract.orElseThrow().to());
        }
    }

    /** The first name in backticks. */
    private static String nameIn(String statement) {
        int start = statement.indexOf('`');
        var name = new StringBuilder();
        for (int i = start + 1; i > 0 && i < statement.length(); i++) {
            char c = statement.charAt(i);
            if (c == '`') {
                if (i + 1 >= statement.length() || statement.charAt(i + 1) != '`') {
                    break;
                }
                i++;
            }
            name.append(c);
        }
        return name.toString();
    }
}
