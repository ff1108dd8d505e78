package io.espalier.shell.client;

import org.jspecify.annotations.Nullable;

/** A call that did not succeed, in words for the person who typed the command. */
public final class ClientException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String reason;
    private final @Nullable String advice;
    private final boolean passing;

    private ClientException(
            String reason, String message, @Nullable String advice, boolean passing, @Nullable Throwable cause) {
        super(message, cause);
        this.reason = reason;
        this.advice = advice;
        this.passing = passing;
    }

    /** The orchestrator (or we) said no; the same call would fail again. */
    static ClientException refused(String reason, String message, @Nullable String advice) {
        return new ClientException(reason, message, advice, false, null);
    }

    /** The way there is broken, or the orchestrator is busy or starting; the same call may succeed later. */
    static ClientException passing(String reason, String message, @Nullable String advice, @Nullable Throwable cause) {
        return new ClientException(reason, message, advice, true, cause);
    }

    /** The word that API, logs and docs use as well, such as {@code host-moved}. */
    public String reason() {
        return reason;
    }

    public @Nullable String advice() {
        return advice;
    }

    public boolean isPassing() {
        return passing;
    }

    /** One clear sentence. */
    public String sentence() {
        String message = getMessage();
        return message == null ? reason : message;
    }
}
