package io.espalier.httpdns.front;

import io.espalier.httpdns.dialect.Body;
import java.nio.charset.StandardCharsets;

/** Responses of HTTP/1.1 as bytes, head and body together. */
final class Http1Text {
    static final byte[] CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private Http1Text() {}

    /**
     * How the connection goes on.
     *
     * @param isHead the client wants no body
     * @param isOld it speaks HTTP/1.0
     */
    record Manner(boolean keepAlive, boolean isHead, boolean isOld) {
        Manner last() {
            return keepAlive ? new Manner(false, isHead, isOld) : this;
        }
    }

    static byte[] answer(Body body, String date, Manner manner) {
        var head = head(200, date, body, manner);
        body.headers().forEach((name, value) -> field(head, name, value));
        return whole(head, body, manner);
    }

    static byte[] refusal(Outcome.Refused refused, String allowed, String date, Manner manner) {
        var status = refused.reason().status();
        var head = head(status, date, refused.body(), manner);
        field(head, "X-Content-Type-Options", "nosniff");
        if (refused.retryAfter() > 0) {
            field(head, "Retry-After", Long.toString(refused.retryAfter()));
        }
        if (status == 405) {
            field(head, "Allow", allowed);
        }
        if (status == 401) {
            field(head, "WWW-Authenticate", "Signature");
        }
        return whole(head, refused.body(), manner);
    }

    private static StringBuilder head(int status, String date, Body body, Manner manner) {
        var head = new StringBuilder(256)
                .append("HTTP/1.1 ")
                .append(status)
                .append(' ')
                .append(phrase(status))
                .append("\r\nDate: ")
                .append(date)
                .append("\r\nContent-Type: ")
                .append(body.contentType())
                .append("\r\nContent-Length: ")
                .append(body.bytes().length)
                .append("\r\nCache-Control: ")
                .append(caching(body))
                .append("\r\n");
        if (!manner.keepAlive) {
            field(head, "Connection", "close");
        } else if (manner.isOld) {
            field(head, "Connection", "keep-alive");
        }
        return head;
    }

    static String caching(Body body) {
        return body.maxAge() > 0 ? "max-age=" + body.maxAge() : "no-store";
    }

    private static void field(StringBuilder head, String name, String value) {
        head.append(name).append(": ").append(value).append("\r\n");
    }

    private static byte[] whole(StringBuilder head, Body body, Manner manner) {
        var text = head.append("\r\n").toString();
        var length = text.length() + (manner.isHead ? 0 : body.bytes().length);
        var bytes = java.util.Arrays.copyOf(text.getBytes(StandardCharsets.ISO_8859_1), length);
        if (!manner.isHead) {
            System.arraycopy(body.bytes(), 0, bytes, text.length(), body.bytes().length);
        }
        return bytes;
    }

    private static String phrase(int status) {
        return switch (status) {
            case 200 -> "OK";
            case 400 -> "Bad Request";
            case 401 -> "Unauthorized";
            case 403 -> "Forbidden";
            case 404 -> "Not Found";
            case 405 -> "Method Not Allowed";
            case 413 -> "Content Too Large";
            case 414 -> "URI Too Long";
            case 415 -> "Unsupported Media Type";
            case 429 -> "Too Many Requests";
            case 431 -> "Request Header Fields Too Large";
            case 503 -> "Service Unavailable";
            default -> "Internal Server Error";
        };
    }
}
