package io.espalier.e2e;

import io.espalier.testkit.Ran;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Processes by number. */
final class Pids {

    private Pids() {}

    static long read(Path file) {
        try {
            return Long.parseLong(Files.readString(file).strip());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @param name such as {@code KILL} */
    static void signal(String name, long pid) {
        Ran ran = Ran.of(Duration.ofSeconds(5), "kill", "-" + name, Long.toString(pid));
        if (ran.status() != 0) {
            throw new AssertionError("kill -" + name + " " + pid + ": " + ran.output());
        }
    }

    static boolean isAlive(long pid) {
        return ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isPresent();
    }

    /** Those that have {@code text} in their command line. */
    static List<Long> with(String text) {
        return ProcessHandle.allProcesses()
                .map(ProcessHandle::pid)
                .filter(pid -> commandLine(pid).contains(text))
                .toList();
    }

    private static String commandLine(long pid) {
        try {
            return new String(Files.readAllBytes(Path.of("/proc/" + pid + "/cmdline")), StandardCharsets.UTF_8);
        } catch (IOException ended) {
            return "";
        }
    }
}
