package io.espalier.backup.command;

/** The command line makes no sense. The message says what would. */
final class UsageException extends Exception {

    private static final long serialVersionUID = 1L;

    UsageException(String message) {
        super(message);
    }
}
