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

/** One request and its answer. */
final class Exchange {
    private final String method;
    private final String path;
    private final Optional<String> query;
    private final Map<String, String> headers;
    private final InputStream body;
    private final OutputStream out;
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
        this.method = method;
        int mark = target.indexOf('?');
        path = mark < 0 ? target : target.substring(0, mark);
        query = mark < 0 ? Optional.empty() : Optional.of(target.substring(mark + 1));
        this.headers = headers;
        this.body = body;
        this.out = out;
        this.isLast = isLast;
    }

    static Exchange withoutBody(String method, String target, OutputStream out) {
        return new Exchange(method, target, Map.of(), new ByteArrayInputStream(new byte[0]), out, true);
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
        return Optional.ofNullable(headers.get(name.toLowerCase(Locale.ROOT)));
    }

    InputStream body() {
        return body;
    }

    void set(String header, String value) {
        answer.put(header, value);
    }

    void send(int status, byte[] content) throws IOException {
        set("Content-Length", Integer.toString(content.length));
        byte[] head = head(status);
        byte[] all = new byte[head.length + (method.equals("HEAD") ? 0 : content.length)];
        System.arraycopy(head, 0, all, 0, head.length);
        System.arraycopy(content, 0, all, head.length, all.length - head.length);
        isAnswered = true;
        out.write(all);
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
        out.write(head(200));
        return out;
    }

    private byte[] head(int status) {
        var text = new StringBuilder("HTTP/1.1 ")
                .append(status)
                .append(' ')
                .append(phrase(status))
                .append("\r\n");
        answer.forEach((name, value) -> text.append(name)
                .append(": ")
                .append(value.replaceAll("[\r\n]", " "))
                .append("\r\n"));
        if (isLast()) {
            text.append("Connection: close\r\n");
        }
        return text.append("\r\n").toString().getBytes(StandardCharsets.UTF_8);
    }

    boolean isLast() {
        return isLast || isStreaming;
    }

    private static String phrase(int status) {
        return switch (status) {
            case 200 -> "OK";
            case 303 -> "See Other";
            case 400 -> "Bad Request";
            case 403 -> "Forbidden";
            case 404 -> "Not Found";
            case 405 -> "Method Not Allowed";
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
