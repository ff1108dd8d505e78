package io.espalier.agent.system;

/** The host would not do what was asked; the message says what it said. */
public final class HostException extends Exception {

    private static final long serialVersionUID = 1L;

    public HostException(String message) {
        super(message);
    }

    public HostException(String message, Throwable cause) {
        super(message, cause);
    }
}
