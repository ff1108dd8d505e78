package io.espalier.shell.command;

import org.jspecify.annotations.Nullable;

/** Why a command does not go on, other than for a failed call. */
final class CommandException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int status;
    private final @Nullable String advice;

    private CommandException(int status, String message, @Nullable String advice) {
        super(message);
        this.status = status;
        this.advice = advice;
    }

    static CommandException usage(String message, String advice) {
        return new CommandException(Shell.USAGE, message, advice);
    }

    static CommandException failed(String message, @Nullable String advice) {
        return new CommandException(Shell.FAILED, message, advice);
    }

    int status() {
        return status;
    }

    @Nullable
    String advice() {
        return advice;
    }
}
