package io.espalier.protocol.codec;

/** Bytes from a peer that are not what they claim to be: cut short, over a limit, or of an unknown kind. */
public final class MalformedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public MalformedException(String message) {
        super(message);
    }

    public MalformedException(String message, Throwable cause) {
        super(message, cause);
    }
}
