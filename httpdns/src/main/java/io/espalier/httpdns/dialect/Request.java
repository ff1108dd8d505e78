package io.espalier.httpdns.dialect;

/**
 * What a dialect sees of an HTTP request.
 *
 * @param method such as {@code GET}
 * @param path still encoded, begins with a slash
 * @param query still encoded, without the question mark; empty if there is none
 * @param contentType of the body, empty if not given
 * @param accept what the client likes to get, empty if not given
 * @param body empty for a GET; nobody may write to it
 */
@SuppressWarnings("ArrayRecordComponent") // made for one request and read once
public record Request(String method, String path, String query, String contentType, String accept, byte[] body) {
    private static final byte[] NOTHING = new byte[0];

    /** A GET of {@code target}, path and query. */
    public static Request get(String target, String accept) {
        var mark = target.indexOf('?');
        return new Request(
                "GET",
                mark < 0 ? target : target.substring(0, mark),
                mark < 0 ? "" : target.substring(mark + 1),
                "",
                accept,
                NOTHING);
    }

    boolean isGet() {
        return method.equals("GET") || method.equals("HEAD");
    }

    /** The content type without its parameters, in lower case. */
    String mediaType() {
        var semicolon = contentType.indexOf(';');
        return (semicolon < 0 ? contentType : contentType.substring(0, semicolon))
                .strip()
                .toLowerCase(java.util.Locale.ROOT);
    }
}
