package io.espalier.agent.system;

import java.util.Optional;

/**
 * How a command ended.
 *
 * @param exit its status; empty if it could not be started or was killed at its timeout
 * @param output the last lines of what it wrote to stdout and stderr together, or why it did not run
 */
public record CommandResult(Optional<Integer> exit, String output) {

    public boolean isGood() {
        return exit.equals(Optional.of(0));
    }

    /** For people: how it ended and its last words. */
    public String summary() {
        String ending = exit.map(status -> "exit status " + status).orElse("did not end well");
        return output.isBlank() ? ending : ending + ": " + output.strip();
    }
}
