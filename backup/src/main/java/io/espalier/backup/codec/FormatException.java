package io.espalier.backup.codec;

import java.io.IOException;

/** Bytes are not what they should be. The message says what was expected and where. */
public final class FormatException extends IOException {

    private static final long serialVersionUID = 1L;

    public FormatException(String message) {
        super(message);
    }

    public FormatException(String message, Throwable cause) {
        super(message, cause);
    }
}
