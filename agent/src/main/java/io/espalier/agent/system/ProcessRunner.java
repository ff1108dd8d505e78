package io.espalier.agent.system;

import io.espalier.protocol.release.Command;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Runs programs with an argument list, never through a shell, in a clean environment, for a bounded time. Keeps the
 * end of what they print. A program that leaves a child with its output open does not hold us up.
 */
public final class ProcessRunner {

    static final List<String> PATH =
            List.of("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin");
    private static final Duration LAST_WORDS = Duration.ofMillis(300);

    private final Path folder;
    private final Map<String, String> environment;

    /**
     * @param folder to run in
     * @param environment besides PATH and locale
     */
    public ProcessRunner(Path folder, Map<String, String> environment) {
        this.folder = folder;
        this.environment = Map.copyOf(environment);
    }

    /** @param placeholders replaced inside arguments */
    public CommandResult run(Command command, Map<String, String> placeholders) {
        List<String> argv = command.argv().stream()
                .map(argument -> {
                    String filled = argument;
                    for (Map.Entry<String, String> placeholder : placeholders.entrySet()) {
                        filled = filled.replace(placeholder.getKey(), placeholder.getValue());
                    }
                    return filled;
                })
                .toList();
        return run(argv, command.timeout());
    }

    public CommandResult run(List<String> argv, Duration timeout) {
        var resolved = new ArrayList<>(argv);
        resolved.set(0, find(argv.getFirst()));
        var builder = new ProcessBuilder(resolved).directory(folder.toFile()).redirectInput(new File("/dev/null"));
        Map<String, String> variables = builder.environment();
        variables.clear();
        variables.put("PATH", String.join(":", PATH));
        variables.put("LC_ALL", "C.UTF-8");
        variables.putAll(environment);
        Process process;
        try {
            process = builder.start();
        } catch (IOException e) {
            return new CommandResult(new CommandResult.Ending.NotStarted(String.valueOf(e.getMessage())), "");
        }
        var output = new Tail(process.getInputStream());
        var errors = new Tail(process.getErrorStream());
        output.start();
        errors.start();
        try {
            boolean ended = process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS);
            if (!ended) {
                kill(process);
            }
            long lastWords = System.nanoTime() + LAST_WORDS.toNanos();
            output.join(LAST_WORDS);
            errors.join(Duration.ofNanos(Math.max(1_000_000, lastWords - System.nanoTime())));
            String text = (output.text() + "\n" + errors.text()).strip();
            return ended
                    ? CommandResult.exited(process.exitValue(), text)
                    : new CommandResult(new CommandResult.Ending.Killed(timeout), text);
        } catch (InterruptedException e) {
            kill(process);
            Thread.currentThread().interrupt();
            return new CommandResult(new CommandResult.Ending.Killed(timeout), "interrupted");
        }
    }

    private static void kill(Process process) {
        List<ProcessHandle> children = process.descendants().toList();
        process.destroyForcibly();
        children.forEach(ProcessHandle::destroyForcibly);
    }

    static String find(String program) {
        if (program.contains("/")) {
            return program;
        }
        return PATH.stream()
                .map(dir -> dir + "/" + program)
                .filter(file -> Files.isExecutable(Path.of(file)))
                .findFirst()
                .orElse(program);
    }
}
