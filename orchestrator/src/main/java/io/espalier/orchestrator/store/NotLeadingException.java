package io.espalier.orchestrator.store;

/** Another orchestrator drives the fleet; what this one wanted to write was not written. */
public final class NotLeadingException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    NotLeadingException(String message) {
        super(message);
    }
}
