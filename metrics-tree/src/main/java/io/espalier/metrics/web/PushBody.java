package io.espalier.metrics.web;

import io.espalier.metrics.ingest.Intake;
import io.espalier.metrics.ingest.Report;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/** Reads the body of a push: a form, JSON or lines, plain or gzip, all of it bounded. */
final class PushBody {
    /** After decompression. */
    static final int MAX = 32 << 20;

    private static final int MAX_RATIO = 200;

    private PushBody() {}

    /** A body that is not looked at. */
    static final class RefusedException extends RuntimeException {
        private static final long serialVersionUID = 1;

        private final int status;
        private final String reason;

        RefusedException(int status, String reason, String message) {
            super(message);
            this.status = status;
            this.reason = reason;
        }

        int status() {
            return status;
        }

        String reason() {
            return reason;
        }
    }

    static Report read(Exchange exchange, Intake intake) throws IOException {
        String encoding = header(exchange, "Content-Encoding");
        String type = header(exchange, "Content-Type");
        String announced = header(exchange, "Content-Length");
        if (announced.length() > 9 || !announced.isEmpty() && Long.parseLong(announced) > MAX) {
            throw tooLarge();
        }
        try (var memory = new BodyMemory()) {
            byte[] body = body(exchange.body(), encoding, memory);
            if (type.startsWith("application/x-www-form-urlencoded")) {
                return form(body, intake);
            }
            if (type.startsWith("application/json") || type.contains("ndjson")) {
                return intake.json(body, 0, body.length);
            }
            return intake.any(body, 0, body.length);
        }
    }

    private static String header(Exchange exchange, String name) {
        return exchange.header(name).orElse("").toLowerCase(Locale.ROOT);
    }

    private static byte[] body(InputStream raw, String encoding, BodyMemory memory) throws IOException {
        boolean isGzip = encoding.equals("gzip");
        if (!isGzip && !encoding.isEmpty() && !encoding.equals("identity")) {
            throw new RefusedException(415, "ENCODING", "Content-Encoding: " + encoding + " (expected: gzip or none)");
        }
        byte[] body = memory.read(raw, MAX + 1);
        if (body.length > MAX) {
            throw tooLarge();
        }
        if (!isGzip) {
            return body;
        }
        try (var gzip = new GZIPInputStream(new ByteArrayInputStream(body))) {
            int most = (int) Math.min(MAX, Math.max(1 << 20, (long) body.length * MAX_RATIO));
            byte[] grown = memory.read(gzip, most + 1);
            if (grown.length > most) {
                throw new RefusedException(413, "RATIO", "gzip that grows beyond " + most + " bytes");
            }
            return grown;
        } catch (ZipException | EOFException e) {
            throw new RefusedException(400, "GZIP", "not gzip: " + e.getMessage());
        }
    }

    private static RefusedException tooLarge() {
        return new RefusedException(413, "SIZE", "a body of more than " + MAX + " bytes: send it in parts");
    }

    private static Report form(byte[] body, Intake intake) {
        int at = 0;
        while (at < body.length) {
            int end = find(body, '&', at, body.length);
            int equals = find(body, '=', at, end);
            String name = new String(body, at, equals - at, StandardCharsets.UTF_8);
            byte[] value = decode(body, Math.min(equals + 1, end), end);
            if (name.equals("json")) {
                return intake.json(value, 0, value.length);
            }
            if (name.equals("accesslog")) {
                return intake.accessLog(value, 0, value.length);
            }
            at = end + 1;
        }
        throw new RefusedException(422, "FORM", "a form without a field 'json' or 'accesslog'");
    }

    private static int find(byte[] bytes, char c, int from, int to) {
        for (int i = from; i < to; i++) {
            if (bytes[i] == c) {
                return i;
            }
        }
        return to;
    }

    private static byte[] decode(byte[] bytes, int from, int to) {
        byte[] out = new byte[to - from];
        int n = 0;
        for (int i = from; i < to; i++) {
            byte b = bytes[i];
            if (b == '+') {
                out[n++] = ' ';
            } else if (b == '%' && i + 2 < to) {
                int high = Character.digit(bytes[i + 1], 16);
                int low = Character.digit(bytes[i + 2], 16);
                if (high < 0 || low < 0) {
                    out[n++] = b;
                } else {
                    out[n++] = (byte) (high << 4 | low);
                    i += 2;
                }
            } else {
                out[n++] = b;
            }
        }
        return Arrays.copyOf(out, n);
    }
}
