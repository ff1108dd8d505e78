package io.espalier.orchestrator.access;

import java.time.Duration;
import org.springframework.security.core.AuthenticationException;

/** Several wrong passwords in a row; the next one is looked at after {@link #retryAfter()}. */
public final class TooManyTriesException extends AuthenticationException {

    private static final long serialVersionUID = 1L;

    private final Duration retryAfter;

    TooManyTriesException(Duration retryAfter) {
        super("too many wrong passwords; try again in " + Math.max(1, retryAfter.toSeconds()) + " s");
        this.retryAfter = retryAfter;
    }

    public Duration retryAfter() {
        return retryAfter;
    }
}
