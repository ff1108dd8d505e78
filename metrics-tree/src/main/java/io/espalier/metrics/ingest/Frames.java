package io.espalier.metrics.ingest;

import io.espalier.metrics.ingest.Protocol.Framing;
import io.espalier.metrics.pipe.AccessLog;
import io.espalier.metrics.pipe.Scan;
import java.util.Arrays;
import java.util.function.Consumer;

/** Cuts a stream into messages. Holds the part of one that has come so far, never more than {@link #MAX}. */
final class Frames {
    /** Of one message. */
    static final int MAX = 1 << 20;

    private static final int MAX_LINE = AccessLog.MAX_LINE * 2;
    /** Most senders have little to say. */
    static final int SMALL = 16_384;
    /** For files. */
    static final int LARGE = 1 << 20;

    /** The stream cannot be read any further. */
    static final class LostException extends Exception {
        private static final long serialVersionUID = 1;

        LostException(String message) {
            super(message);
        }
    }

    private final Framing framing;
    private final Consumer<String> tooLong;
    private byte[] buffer;
    /** Of the first message that was not taken yet. */
    private int start;

    private int end;
    /** No line ends before it. */
    private int scanned;

    private long toSkip;
    private boolean isSkippingLine;
    private int from;
    private int to;

    /**
     * @param size    of the buffer at first
     * @param tooLong told how a message that is passed over starts
     */
    Frames(Framing framing, int size, Consumer<String> tooLong) {
        this.framing = framing;
        buffer = new byte[size];
        this.tooLong = tooLong;
    }

    /** Where to put bytes: from {@link #end} on, as many as there is room for. */
    byte[] buffer() {
        return buffer;
    }

    int end() {
        return end;
    }

    /** Makes room for more. */
    int room() {
        if (start > 0) {
            System.arraycopy(buffer, start, buffer, 0, end - start);
            end -= start;
            scanned -= start;
            start = 0;
        }
        if (end == buffer.length) {
            buffer = Arrays.copyOf(buffer, buffer.length * 2);
        }
        return buffer.length - end;
    }

    void filled(int n) {
        end += n;
    }

    /** Bytes held of a message that is not whole, those passed over included. */
    int pending() {
        return end - start;
    }

    /** Finds the next whole message; it is {@link #from} to {@link #to} until the next call. */
    boolean next() throws LostException {
        while (toSkip > 0 && start < end) {
            int n = (int) Math.min(toSkip, end - start);
            toSkip -= n;
            start += n;
            scanned = start;
        }
        return switch (framing) {
            case LINES -> line();
            case SYSLOG -> start < end && buffer[start] >= '1' && buffer[start] <= '9' ? octets() : line();
            case COUNTED -> counted();
        };
    }

    /** What is left at the end of the stream, if it may stand for a message. */
    boolean last() {
        from = start;
        to = end;
        start = end;
        return to > from && !isSkippingLine && toSkip == 0 && framing != Framing.COUNTED;
    }

    private boolean line() {
        while (true) {
            int newline = Scan.find(buffer, Math.max(scanned, start), end, (byte) '\n');
            if (newline < 0) {
                scanned = end;
                if (end - start > MAX_LINE) {
                    passOverLine();
                }
                return false;
            }
            from = start;
            to = newline;
            start = newline + 1;
            scanned = start;
            if (isSkippingLine) {
                isSkippingLine = false;
            } else if (to - from > MAX_LINE) {
                tooLong.accept(AccessLog.sample(buffer, from, to));
            } else {
                return true;
            }
        }
    }

    private void passOverLine() {
        if (!isSkippingLine) {
            tooLong.accept(AccessLog.sample(buffer, start, end));
        }
        isSkippingLine = true;
        start = end;
    }

    private boolean octets() throws LostException {
        long length = 0;
        int at = start;
        while (at < end && at - start < 8 && buffer[at] >= '0' && buffer[at] <= '9') {
            length = length * 10 + buffer[at++] - '0';
        }
        if (at == end && at - start < 8) {
            return false;
        }
        if (at == end || buffer[at] != ' ' || isSkippingLine) {
            return line();
        }
        at++;
        if (length > MAX_LINE) {
            tooLong.accept(AccessLog.sample(buffer, at, end));
            toSkip = length;
            start = at;
            scanned = at;
            return next();
        }
        if (end - at < length) {
            return false;
        }
        from = at;
        to = at + (int) length;
        start = to;
        scanned = start;
        return true;
    }

    private boolean counted() throws LostException {
        if (end - start < 4) {
            return false;
        }
        int length = (buffer[start] & 0xff) << 24
                | (buffer[start + 1] & 0xff) << 16
                | (buffer[start + 2] & 0xff) << 8
                | buffer[start + 3] & 0xff;
        if (length < 0 || length > MAX) {
            throw new LostException("a message of " + (length & 0xffff_ffffL) + " bytes (at most " + MAX + ")");
        }
        if (end - start - 4 < length) {
            return false;
        }
        from = start + 4;
        to = from + length;
        start = to;
        return true;
    }

    int from() {
        return from;
    }

    int to() {
        return to;
    }
}
