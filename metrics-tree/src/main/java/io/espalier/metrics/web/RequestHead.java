package io.espalier.metrics.web;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What stands before a body (RFC 9112). Strict where a proxy before us could read it another way.
 *
 * @param target as sent; bytes beyond ASCII are percent-encoded
 * @param isLast that the connection ends with the answer
 */
record RequestHead(String method, String target, Map<String, String> headers, boolean isLast) {
    private static final int MAX = 16_384;
    private static final Set<String> ONCE = Set.of("content-length", "transfer-encoding", "host", "expect");
    private static final String MARKS = "!#$%&'*+-.^_`|~";

    static RequestHead read(InputStream in, Runnable started) throws IOException {
        int[] left = {MAX};
        String line = line(in, left, started);
        if (line.isEmpty()) {
            line = line(in, left, started);
        }
        String[] words = line.split(" ", -1);
        if (words.length != 3 || words[0].isEmpty() || !isToken(words[0])) {
            throw new BadRequestException(400, "not an HTTP/1.1 request");
        }
        boolean isOld = words[2].equals("HTTP/1.0");
        if (!isOld && !words[2].equals("HTTP/1.1")) {
            throw new BadRequestException(words[2].startsWith("HTTP/") ? 505 : 400, "not an HTTP/1.1 request");
        }
        Map<String, String> headers = headers(in, left);
        if (!isOld && !headers.containsKey("host")) {
            throw new BadRequestException(400, "no Host");
        }
        if (isOld && headers.containsKey("transfer-encoding")) {
            throw new BadRequestException(400, "Transfer-Encoding in HTTP/1.0");
        }
        boolean isLast = isOld
                || Optional.ofNullable(headers.get("connection"))
                        .orElse("")
                        .toLowerCase(Locale.ROOT)
                        .contains("close");
        return new RequestHead(words[0], target(words[1]), headers, isLast);
    }

    private static Map<String, String> headers(InputStream in, int[] left) throws IOException {
        Map<String, String> headers = new HashMap<>();
        for (String field = line(in, left, () -> {}); !field.isEmpty(); field = line(in, left, () -> {})) {
            int colon = field.indexOf(':');
            if (colon < 1 || !isToken(field.substring(0, colon))) {
                throw new BadRequestException(400, "not a header field");
            }
            String name = field.substring(0, colon).toLowerCase(Locale.ROOT);
            String before = headers.put(name, field.substring(colon + 1).strip());
            if (before != null && ONCE.contains(name)) {
                throw new BadRequestException(400, name + " twice");
            }
        }
        return headers;
    }

    private static boolean isToken(String text) {
        return text.chars().allMatch(c -> c < 0x7f && (Character.isLetterOrDigit(c) || MARKS.indexOf(c) >= 0));
    }

    private static String target(String raw) throws BadRequestException {
        String path = raw;
        if (raw.startsWith("http://") || raw.startsWith("https://")) {
            int slash = raw.indexOf('/', raw.indexOf("//") + 2);
            path = slash < 0 ? "/" : raw.substring(slash);
        }
        if (!path.startsWith("/")) {
            throw new BadRequestException(400, "not a path");
        }
        var text = new StringBuilder(path.length());
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            if (c < ' ' || c == 0x7f) {
                throw new BadRequestException(400, "a control character in the path");
            }
            if (c < 0x7f) {
                text.append(c);
            } else {
                text.append(String.format("%%%02X", (int) c));
            }
        }
        return text.toString();
    }

    /** How the body is sent: its length, or -1 for chunks. */
    long length() throws BadRequestException {
        String coding = headers.get("transfer-encoding");
        String length = headers.get("content-length");
        if (coding != null) {
            if (length != null) {
                throw new BadRequestException(400, "Transfer-Encoding and Content-Length");
            }
            if (!coding.equalsIgnoreCase("chunked")) {
                throw new BadRequestException(501, "Transfer-Encoding: only chunked");
            }
            return -1;
        }
        if (length == null) {
            return 0;
        }
        if (!length.matches("[0-9]{1,18}")) {
            throw new BadRequestException(400, "Content-Length: not a number");
        }
        return Long.parseLong(length);
    }

    /**
     * Why a page of another site may not do this with its visitor's browser; empty if it may. Browsers say where a
     * request comes from, other clients do not.
     */
    Optional<String> crossSite() {
        if (method.equals("GET") || method.equals("HEAD")) {
            return Optional.empty();
        }
        String site = headers.get("sec-fetch-site");
        if (site != null) {
            return site.equals("cross-site") ? Optional.of("asked for by a page of another site") : Optional.empty();
        }
        String origin = headers.get("origin");
        String host = headers.getOrDefault("host", "");
        if (origin == null || origin.replaceFirst("^https?://", "").equalsIgnoreCase(host)) {
            return Optional.empty();
        }
        return Optional.of("asked for by a page of " + origin + ", which is not " + host
                + " (a proxy in between has to pass Host on)");
    }

    private static String line(InputStream in, int[] left, Runnable started) throws IOException {
        var text = new StringBuilder();
        while (true) {
            int c = in.read();
            if (c < 0) {
                throw new EOFException();
            }
            if (left[0] == MAX) {
                started.run();
            }
            if (left[0]-- == 0) {
                throw new BadRequestException(431, "more than " + MAX + " bytes before the body");
            }
            if (c == '\n') {
                return text.toString();
            }
            if (c == '\r') {
                if (in.read() != '\n') {
                    throw new BadRequestException(400, "a bare carriage return");
                }
                return text.toString();
            }
            if (c < ' ' && c != '\t') {
                throw new BadRequestException(400, "a control character");
            }
            text.append((char) c);
        }
    }
}
