package io.espalier.httpdns.access;

/** Why a request was not answered. Outcomes of DNS are none of these: they are answers. */
public enum Reason {
    /** Not HTTP, or not a request that any dialect knows how to read */
    MALFORMED_REQUEST(400),
    MISSING_NAME(400),
    MALFORMED_NAME(400),
    NAME_TOO_LONG(400),
    TOO_MANY_NAMES(400),
    /** No such record type, or one that is never answered, such as ANY */
    UNKNOWN_TYPE(400),
    BAD_PARAMETER(400),
    /** Not a DNS message */
    BAD_MESSAGE(400),
    /** Not encrypted with the account's key, or nothing sensible once decrypted; not told apart on purpose */
    BAD_CIPHERTEXT(400),
    SIGNATURE_MISSING(401),
    BAD_SIGNATURE(403),
    /** Too old, or so far ahead that it could be used again and again */
    SIGNATURE_EXPIRED(403),
    /** A signed request with a nonce that came before */
    SIGNATURE_USED(403),
    UNKNOWN_ACCOUNT(403),
    /** For operators only */
    NOT_ALLOWED(403),
    NOT_FOUND(404),
    METHOD_NOT_ALLOWED(405),
    BODY_TOO_LARGE(413),
    URL_TOO_LONG(414),
    UNSUPPORTED_TYPE(415),
    /** This client's network caused more misses than it may */
    TOO_MANY_MISSES(429),
    /** As many questions as the server takes at once are waiting for upstreams */
    TOO_MANY_WAITING(429),
    HEADERS_TOO_LARGE(431),
    INTERNAL_ERROR(500),
    DRAINING(503);

    private final int status;

    Reason(int status) {
        this.status = status;
    }

    /** The status code of HTTP. */
    public int status() {
        return status;
    }
}
