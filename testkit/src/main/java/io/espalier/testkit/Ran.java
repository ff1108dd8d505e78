package io.espalier.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A command that came to its end.
 *
 * @param output standard and error output, without blanks at either end
 */
public record Ran(int status, String output) {

    /** Runs a command. @throws IllegalStateException if it takes longer than {@code limit}; it is killed then */
    public static Ran of(Duration limit, String... command) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            var late = new AtomicBoolean();
            Thread killer = Thread.startVirtualThread(() -> late.set(killAfter(limit, process)));
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            int status = process.waitFor();
            killer.interrupt();
            if (late.get()) {
                throw new IllegalStateException(
                        String.join(" ", command) + ": took longer than " + limit + ": " + output);
            }
            return new Ran(status, output.strip());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static boolean killAfter(Duration limit, Process process) {
        try {
            if (process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                return false;
            }
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
            return true;
        } catch (InterruptedException e) {
            return false; // it ended in time
        }
    }
}
