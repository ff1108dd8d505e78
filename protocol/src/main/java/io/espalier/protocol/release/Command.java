package io.espalier.protocol.release;

import java.time.Duration;
import java.util.List;

/**
 * A program to run on a host, never through a shell.
 *
 * @param argv program and arguments; <code>{stage}</code> inside an argument stands for the folder that holds the staged
 *     files laid out as they will be under {@code /}
 * @param timeout after which the program is killed and counts as failed
 */
public record Command(List<String> argv, Duration timeout) {

    public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(60);

    public Command {
        argv = List.copyOf(argv);
        if (argv.isEmpty() || argv.getFirst().isBlank()) {
            throw new IllegalArgumentException("argv: " + argv + " (expected: at least a program)");
        }
        if (!timeout.isPositive()) {
            throw new IllegalArgumentException("timeout: " + timeout + " (expected: > 0)");
        }
    }

    /** For people; not for a shell. */
    @Override
    public String toString() {
        return String.join(" ", argv);
    }
}
