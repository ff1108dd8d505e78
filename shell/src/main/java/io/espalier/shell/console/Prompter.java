package io.espalier.shell.console;

import java.util.Optional;

/** Asks the person at the terminal. */
public interface Prompter {

    /** The line that was typed; empty if nobody is there or they ended the input. */
    Optional<String> ask(String question);

    /** Whether there is a person to ask. */
    default boolean isSomebody() {
        return true;
    }

    /** The same without showing what is typed. */
    Optional<String> askSecret(String question);

    /** Nobody is there. */
    Prompter NOBODY = new Prompter() {
        @Override
        public boolean isSomebody() {
            return false;
        }

        @Override
        public Optional<String> ask(String question) {
            return Optional.empty();
        }

        @Override
        public Optional<String> askSecret(String question) {
            return Optional.empty();
        }
    };
}
