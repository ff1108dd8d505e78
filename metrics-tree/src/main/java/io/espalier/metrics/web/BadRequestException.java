package io.espalier.metrics.web;

import java.io.IOException;

/** A request that is not understood: answered with {@link #status()}, and the connection closed. */
final class BadRequestException extends IOException {
    private static final long serialVersionUID = 1;

    private final int status;

    BadRequestException(int status, String message) {
        super(message);
        this.status = status;
    }

    int status() {
        return status;
    }
}
