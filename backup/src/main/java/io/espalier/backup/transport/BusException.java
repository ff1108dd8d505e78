package io.espalier.backup.transport;

import java.io.IOException;

/** Redis did not do something now. It always may a moment later. */
public final class BusException extends IOException {
    private static final long serialVersionUID = 1L;

    BusException(String message, Throwable cause) {
        super(message, cause);
    }
}
