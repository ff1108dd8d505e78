package io.espalier.orchestrator.enrol;

import io.espalier.orchestrator.ssh.RemoteShell;
import io.espalier.protocol.Reason;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Does {@link EnrolmentStep}s on a host, as root. */
final class EnrolmentRunner {

    private static final Duration COMMAND = Duration.ofSeconds(60);

    private static final Duration UPLOAD = Duration.ofMinutes(30);

    private static final int MAX_SAID = 500;

    private static final String PUT = """
            umask 077
            cat > "$1.espalier-new" && chmod "$2" "$1.espalier-new" && mv -fT "$1.espalier-new" "$1"
            """;

    private final RemoteShell shell;
    private final List<String> prefix;

    private EnrolmentRunner(RemoteShell shell, List<String> prefix) {
        this.shell = shell;
        this.prefix = prefix;
    }

    /** @throws EnrolmentException if the user is not root and may not become it without a password */
    static EnrolmentRunner on(RemoteShell shell, String user) {
        if (id(shell, List.of()).output().equals("0")) {
            return new EnrolmentRunner(shell, List.of());
        }
        List<String> sudo = List.of("sudo", "-n", "--");
        RemoteShell.Ended tried = id(shell, sudo);
        if (!tried.output().equals("0")) {
            throw new EnrolmentException(
                    Reason.AUTH_FAILED, user + " is not root and may not use sudo without a password: " + said(tried));
        }
        return new EnrolmentRunner(shell, sudo);
    }

    private static RemoteShell.Ended id(RemoteShell shell, List<String> prefix) {
        var command = new ArrayList<>(prefix);
        command.addAll(List.of("id", "-u"));
        return shell.run(command, InputStream.nullInputStream(), COMMAND);
    }

    Survey survey() {
        return Survey.parse(run("looking at the host", Survey.COMMAND, InputStream.nullInputStream(), COMMAND));
    }

    /** @param progress is told the title of each step before it is done, once if several have the same */
    void run(List<EnrolmentStep> steps, Consumer<String> progress) {
        String before = "";
        for (EnrolmentStep step : steps) {
            if (!step.title().equals(before)) {
                progress.accept(title(step));
                before = step.title();
            }
            run(step);
        }
    }

    private static String title(EnrolmentStep step) {
        return step instanceof EnrolmentStep.Upload upload
                ? upload.title() + " (" + (upload.size() >> 20) + " MB)"
                : step.title();
    }

    private void run(EnrolmentStep step) {
        switch (step) {
            case EnrolmentStep.Run(var title, var arguments) ->
                run(title, arguments, InputStream.nullInputStream(), COMMAND);
            case EnrolmentStep.Write(var title, var path, var mode, var content) ->
                run(
                        title,
                        put(path, mode),
                        new ByteArrayInputStream(content.getBytes(StandardCharsets.UTF_8)),
                        COMMAND);
            case EnrolmentStep.Upload(var title, var file, var _, var to) -> {
                try (InputStream in = Files.newInputStream(file)) {
                    run(title, put(to, "0600"), in, UPLOAD);
                } catch (IOException e) {
                    throw new EnrolmentException(Reason.IO_ERROR, title + ": " + file + ": " + e.getMessage(), e);
                }
            }
        }
    }

    private static List<String> put(String path, String mode) {
        return List.of("sh", "-c", PUT, "sh", path, mode);
    }

    private String run(String title, List<String> arguments, InputStream input, Duration limit) {
        var command = new ArrayList<>(prefix);
        command.addAll(arguments);
        RemoteShell.Ended ended = shell.run(command, input, limit);
        if (ended.status() != 0) {
            throw new EnrolmentException(
                    reasonOf(ended),
                    title + ": " + arguments.getFirst() + " ended with " + ended.status() + ": " + said(ended));
        }
        return ended.output();
    }

    private static Reason reasonOf(RemoteShell.Ended ended) {
        if (ended.errors().contains("No space left")) {
            return Reason.DISK_FULL;
        }
        return ended.errors().contains("Read-only file system") ? Reason.READ_ONLY : Reason.IO_ERROR;
    }

    private static String said(RemoteShell.Ended ended) {
        String text = (ended.errors().isEmpty() ? ended.output() : ended.errors())
                .replaceAll("\\p{Cntrl}+", " ")
                .strip();
        return text.length() <= MAX_SAID ? text : text.substring(0, MAX_SAID) + "...";
    }
}
