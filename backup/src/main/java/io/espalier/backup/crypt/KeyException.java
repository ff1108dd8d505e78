package io.espalier.backup.crypt;

import java.io.IOException;

/** A key is missing, malformed or the wrong one, or bytes were not sealed with it. */
public final class KeyException extends IOException {

    private static final long serialVersionUID = 1L;

    public KeyException(String message) {
        super(message);
    }

    public KeyException(String message, Throwable cause) {
        super(message, cause);
    }
}
