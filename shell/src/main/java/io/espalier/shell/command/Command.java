package io.espalier.shell.command;

import io.espalier.shell.line.Syntax;

/** How a command is written, and what it does. */
public record Command(Syntax syntax, Handler handler) {

    /** Does it. */
    @FunctionalInterface
    public interface Handler {
        /**
         * @throws io.espalier.shell.client.ClientException if the orchestrator refuses or cannot be reached
         * @throws CommandException if the command cannot go on
         */
        Answer run(Call call) throws InterruptedException;
    }
}
