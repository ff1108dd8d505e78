package io.espalier.metrics.bytes;

import java.io.IOException;

/** Bytes that are not what they should be: a torn or damaged file. */
public final class BadBytesException extends IOException {
    private static final long serialVersionUID = 1;

    public BadBytesException(String message) {
        super(message);
    }
}
