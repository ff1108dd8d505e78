package io.espalier.metrics.wire;

import java.nio.charset.StandardCharsets;

/**
 * A syslog message, RFC 5424 or RFC 3164 (BSD), as nginx, rsyslog, journald and {@code logger} send it.
 *
 * @param facility 0 to 23
 * @param severity 0 (emergency) to 7 (debug)
 * @param host     as the sender says it; {@code -} if it does not
 * @param app      program or tag, without its process id; {@code -} if there is none
 * @param from     where the text starts
 * @param to       where the text ends
 */
public record SyslogMessage(int facility, int severity, String host, String app, int from, int to) {
    private static final String[] SEVERITIES = {
        "emergency", "alert", "critical", "error", "warning", "notice", "info", "debug"
    };
    private static final int MAX_HOST = 255;
    private static final int MAX_APP = 128;

    public String severityName() {
        return SEVERITIES[severity];
    }

    public static SyslogMessage parse(byte[] bytes, int from, int to) throws BadWireException {
        return new Reader(bytes, from, to).message();
    }

    private static final class Reader {
        private final byte[] bytes;
        private final int start;
        private final int end;
        private int at;

        Reader(byte[] bytes, int from, int to) {
            this.bytes = bytes;
            start = from;
            at = from;
            end = to;
        }

        SyslogMessage message() throws BadWireException {
            int priority = priority();
            boolean isNew = end - at >= 2 && bytes[at] == '1' && bytes[at + 1] == ' ';
            return isNew ? rfc5424(priority) : rfc3164(priority);
        }

        private int priority() throws BadWireException {
            if (at == end || bytes[at] != '<') {
                throw bad("no <priority>");
            }
            at++;
            int value = 0;
            int digits = 0;
            while (at < end && bytes[at] >= '0' && bytes[at] <= '9' && digits < 3) {
                value = value * 10 + bytes[at++] - '0';
                digits++;
            }
            if (digits == 0 || value > 191 || at == end || bytes[at] != '>') {
                throw bad("not a <priority> from 0 to 191");
            }
            at++;
            return value;
        }

        private SyslogMessage rfc5424(int priority) throws BadWireException {
            at += 2;
            word(64, "a time");
            String host = word(MAX_HOST, "a host");
            String app = word(MAX_APP, "an application");
            word(128, "a process");
            word(32, "a message id");
            data();
            if (at < end && bytes[at] == ' ') {
                at++;
            }
            if (end - at >= 3 && (bytes[at] & 0xff) == 0xef && (bytes[at + 1] & 0xff) == 0xbb) {
                at += 3;
            }
            return new SyslogMessage(priority >>> 3, priority & 7, host, app, at, end);
        }

        private String word(int max, String what) throws BadWireException {
            int from = at;
            while (at < end && bytes[at] != ' ') {
                at++;
            }
            if (at == from || at == end || at - from > max) {
                at = from;
                throw bad("expected " + what + " of 1 to " + max + " characters and a space");
            }
            at++;
            return text(from, at - 1);
        }

        /** Structured data: a dash, or elements in brackets whose values may have escaped quotes and brackets. */
        private void data() throws BadWireException {
            if (at < end && bytes[at] == '-') {
                at++;
                return;
            }
            if (at == end || bytes[at] != '[') {
                throw bad("expected structured data or -");
            }
            while (at < end && bytes[at] == '[') {
                boolean isQuoted = false;
                at++;
                while (at < end && (isQuoted || bytes[at] != ']')) {
                    if (bytes[at] == '"') {
                        isQuoted = !isQuoted;
                    } else if (bytes[at] == '\\' && isQuoted) {
                        at++;
                    }
                    at++;
                }
                if (at >= end) {
                    at = end;
                    throw bad("structured data without its end");
                }
                at++;
            }
        }

        /** Nothing in RFC 3164 is certain: time and host may be missing, and the tag too. */
        private SyslogMessage rfc3164(int priority) {
            time();
            int from = at;
            int tagEnd = tagEnd(at);
            String host = "-";
            if (tagEnd < 0) {
                int space = find(at, (byte) ' ');
                if (space > at && space - at <= MAX_HOST && tagEnd(space + 1) >= 0) {
                    host = text(at, space);
                    from = space + 1;
                    tagEnd = tagEnd(from);
                }
            }
            if (tagEnd < 0) {
                return new SyslogMessage(priority >>> 3, priority & 7, host, "-", at, end);
            }
            String app = text(from, tagEnd);
            at = tagEnd;
            if (bytes[at] == '[') {
                at = find(at, (byte) ']') + 1;
            }
            at++;
            if (at < end && bytes[at] == ' ') {
                at++;
            }
            return new SyslogMessage(priority >>> 3, priority & 7, host, app, Math.min(at, end), end);
        }

        /** {@code Nov  2 10:05:03 } or, as rsyslog forwards, {@code 2026-11-02T10:05:03+00:00 }. */
        private void time() {
            if (end - at >= 16
                    && bytes[at + 3] == ' '
                    && bytes[at + 6] == ' '
                    && bytes[at + 9] == ':'
                    && bytes[at + 12] == ':'
                    && bytes[at + 15] == ' ') {
                at += 16;
            } else if (end - at >= 20 && bytes[at + 4] == '-' && bytes[at + 7] == '-' && bytes[at + 10] == 'T') {
                int space = find(at, (byte) ' ');
                at = space < 0 ? at : space + 1;
            }
        }

        /** Where a tag that starts at {@code from} ends: at its colon, or at the bracket of its process; -1 if none. */
        private int tagEnd(int from) {
            int limit = Math.min(end, from + MAX_APP);
            for (int i = from; i < limit; i++) {
                byte b = bytes[i];
                if (b == ':') {
                    return i > from ? i : -1;
                }
                if (b == '[') {
                    int close = find(i, (byte) ']');
                    return i > from && close >= 0 && close + 1 < end && bytes[close + 1] == ':' ? i : -1;
                }
                if (b == ' ') {
                    return -1;
                }
            }
            return -1;
        }

        private int find(int from, byte wanted) {
            for (int i = from; i < end; i++) {
                if (bytes[i] == wanted) {
                    return i;
                }
            }
            return -1;
        }

        private String text(int from, int to) {
            return new String(bytes, from, to - from, StandardCharsets.UTF_8);
        }

        private BadWireException bad(String what) {
            return new BadWireException(what, at - start);
        }
    }
}
