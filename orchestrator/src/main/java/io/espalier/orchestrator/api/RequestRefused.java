package io.espalier.orchestrator.api;

import org.springframework.http.HttpStatus;

/** A request that cannot be served as it is, for a reason that only requests have. */
public final class RequestRefused extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final HttpStatus status;
    private final String word;

    private RequestRefused(HttpStatus status, String word, String message) {
        super(message);
        this.status = status;
        this.word = word;
    }

    public static RequestRefused notFound(String what) {
        return new RequestRefused(HttpStatus.NOT_FOUND, "not-found", what);
    }

    public static RequestRefused malformed(String what) {
        return new RequestRefused(HttpStatus.BAD_REQUEST, "malformed", what);
    }

    public static RequestRefused notAllowed(String what) {
        return new RequestRefused(HttpStatus.FORBIDDEN, "not-allowed", what);
    }

    public static RequestRefused tooLarge(String what) {
        return new RequestRefused(HttpStatus.CONTENT_TOO_LARGE, "too-large", what);
    }

    /** It makes no sense as things are now. */
    public static RequestRefused conflict(String word, String what) {
        return new RequestRefused(HttpStatus.CONFLICT, word, what);
    }

    public static RequestRefused tooMany(String what) {
        return new RequestRefused(HttpStatus.SERVICE_UNAVAILABLE, "busy", what);
    }

    HttpStatus status() {
        return status;
    }

    String word() {
        return word;
    }
}
