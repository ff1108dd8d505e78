package io.espalier.metrics.wire;

/** Bytes that are not what their sender takes them for. The message says what, and at which byte (from 1). */
public final class BadWireException extends Exception {
    private static final long serialVersionUID = 1;

    BadWireException(String what, int at) {
        // Floods of bad input are expected here: the trace says nothing that the message does not.
        super(what + " at byte " + (at + 1), null, false, false);
    }
}
