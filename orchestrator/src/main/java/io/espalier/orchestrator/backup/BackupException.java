package io.espalier.orchestrator.backup;

import java.util.Locale;

/** What was asked for about backups cannot be begun. */
public final class BackupException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** Why. */
    public enum Reason {
        NOT_FOUND,
        MALFORMED,
        SWITCHED_OFF,
        BUSY;

        public String word() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    private final Reason reason;

    BackupException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
