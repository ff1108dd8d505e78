package io.espalier.metrics.web;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** One request and its answer. */
final class Exchange {
    private final String method;
    private final String path;
    private final Optional<String> query;
    private final Function<String, Optional<String>> headers;
    private final InputStream body;
    private final Reply reply;
    private final Surroundings surroundings;
    private final boolean isLast;
    private final Map<String, String> answer = new LinkedHashMap<>();
    private boolean isStreaming;
    private boolean isAnswered;

    Exchange(
            String method,
            String target,
            Map<String, String> headers,
            InputStream body,
            OutputStream out,
            boolean isLast) {
        this(
                method,
                target,
                name -> Optional.ofNullable(headers.get(name.toLowerCase(Locale.ROOT))),
                body,
                new Written(out),
                Surroundings.NONE,
                isLast);
    }

    private Exchange(
            String method,
            String target,
            Function<String, Optional<String>> headers,
            InputStream body,
            Reply reply,
            Surroundings surroundings,
            boolean isLast) {
        this.method = method;
        int mark = target.indexOf('?');
        path = mark < 0 ? target : target.substring(0, mark);
        query = mark < 0 ? Optional.empty() : Optional.of(target.substring(mark + 1));
        this.headers = headers;
        this.body = body;
        this.reply = reply;
        this.surroundings = surroundings;
        this.isLast = isLast;
    }

    static Exchange withoutBody(String method, String target, OutputStream out) {
        return new Exchange(method, target, Map.of(), new ByteArrayInputStream(new byte[0]), out, true);
    }

    /** Of a request that another server read. */
    static Exchange of(Visit visit, Surroundings surroundings) throws IOException {
        return new Exchange(
                visit.method(),
                visit.target(),
                visit::header,
                visit.body(),
                (status, headers, _) -> visit.answer(status, headers),
                surroundings,
                false);
    }

    /** What pages have around them. */
    Surroundings surroundings() {
        return surroundings;
    }

    String method() {
        return method;
    }

    /** As sent, still encoded. */
    String path() {
        return path;
    }

    Optional<String> query() {
        return query;
    }

    Optional<String> header(String name) {
        return headers.apply(name);
    }

    InputStream body() {
        return body;
    }

    void set(String header, String value) {
        answer.put(header, value);
    }

    void send(int status, byte[] content) throws IOException {
        set("Content-Length", Integer.toString(content.length));
        isAnswered = true;
        OutputStream out = reply.begin(status, answer, isLast());
        if (!method.equals("HEAD")) {
            out.write(content);
        }
        out.flush();
    }

    /** Whether an answer has begun: there can be no other. */
    boolean isAnswered() {
        return isAnswered;
    }

    /** For an answer without an end; the connection closes after it. */
    OutputStream stream() throws IOException {
        isStreaming = true;
        isAnswered = true;
        return reply.begin(200, answer, isLast());
    }

    boolean isLast() {
        return isLast || isStreaming;
    }

    /** Where an answer goes. */
    private interface Reply {
        OutputStream begin(int status, Map<String, String> headers, boolean isLast) throws IOException;
    }

    /** As HTTP/1.1 says it. */
    private record Written(OutputStream out) implements Reply {
        @Override
        public OutputStream begin(int status, Map<String, String> headers, boolean isLast) throws IOException {
            var text = new StringBuilder("HTTP/1.1 ")
                    .append(status)
                    .append(' ')
                    .append(phrase(status))
                    .append("\r\n");
            headers.forEach((name, value) -> text.append(name)
                    .append(": ")
                    .append(value.replaceAll("[\r\n]", " "))
                    .append("\r\n"));
            if (isLast) {
                text.append("Connection: close\r\n");
            }
            out.write(text.append("\r\n").toString().getBytes(StandardCharsets.UTF_8));
            return out;
        }
    }

    private static String phrase(int status) {
        return switch (status) {
            case 200 -> "OK";
            case 303 -> "See Other";
            case 400 -> "Bad Request";
            case 403 -> "Forbidden";
            case 404 -> "Not Found";
            case 405 -> "Method Not Allowed";
            case 409 -> "Conflict";
            case 413 -> "Content Too Large";
            case 415 -> "Unsupported Media Type";
            case 422 -> "Unprocessable Content";
            case 431 -> "Request Header Fields Too Large";
            case 500 -> "Internal Server Error";
            case 501 -> "Not Implemented";
            case 503 -> "Service Unavailable";
            case 505 -> "HTTP Version Not Supported";
            default -> "Status";
        };
    }
}
