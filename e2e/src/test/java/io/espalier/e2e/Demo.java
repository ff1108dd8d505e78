package io.espalier.e2e;

import io.espalier.testkit.Ran;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** {@code bin/espalier demo} in a folder, as a new user starts it. */
final class Demo implements AutoCloseable {

    static final Duration READY = Duration.ofMinutes(4);

    private final Running process;
    private final Path folder;
    private final JsonNode summary;
    private final Api api;

    private Demo(Running process, Path folder) throws IOException {
        this.process = process;
        this.folder = folder;
        this.summary = Api.parse(Files.readString(folder.resolve("demo.json")));
        this.api = new Api(summary.path("url").asString(), summary.path("token").asString());
    }

    /** Returns when it says that it is ready. */
    static Demo start(Path folder, int port) {
        Running process = Running.start(
                Product.role("demo", "--dir", folder.toString(), "--port", Integer.toString(port)),
                folder.resolveSibling(folder.getFileName() + "-output"));
        try {
            process.awaitOutput("ready: ", READY);
            return new Demo(process, folder);
        } catch (AssertionError | IOException e) {
            var logs = new AssertionError(e.getMessage() + "\n" + logTail(folder), e);
            process.close();
            throw logs;
        }
    }

    private static String logTail(Path folder) {
        return Ran.of(Duration.ofSeconds(5), "tail", "-n", "30", folder + "/log/orchestrator.log")
                .output();
    }

    Running process() {
        return process;
    }

    Path folder() {
        return folder;
    }

    /** {@code demo.json}. */
    JsonNode summary() {
        return summary;
    }

    Api api() {
        return api;
    }

    String url() {
        return summary.path("url").asString();
    }

    String git(String repository) {
        return summary.path("git").path(repository).asString();
    }

    List<String> hosts() {
        return summary.path("hosts")
                .valueStream()
                .map(host -> host.path("name").asString())
                .toList();
    }

    Path root(String host) {
        return summary.path("hosts")
                .valueStream()
                .filter(one -> one.path("name").asString().equals(host))
                .map(one -> Path.of(one.path("root").asString()))
                .findFirst()
                .orElseThrow();
    }

    /** A file of a host. @param path absolute, as the host sees it */
    Path file(String host, String path) {
        return root(host).resolve(path.substring(1));
    }

    String read(String host, String path) {
        try {
            return Files.readString(file(host, path));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Of the orchestrator or of a host's agent. */
    long pid(String name) {
        return Pids.read(folder.resolve("run").resolve(name + ".pid"));
    }

    /** One command of the shell, by itself, as a person or a script runs it. */
    Ran shell(String... words) {
        return run(List.of(), words);
    }

    /** The same with {@code --output json}, without what is said beside it. */
    JsonNode json(String... words) {
        var all = new ArrayList<>(List.of(words));
        all.addAll(List.of("--output", "json"));
        Ran ran = run(List.of("sh", "-c", "exec \"$@\" 2> /dev/null", "sh"), all.toArray(String[]::new));
        if (ran.status() != 0) {
            throw new AssertionError(String.join(" ", all) + " ended with " + ran.status() + ": " + ran.output());
        }
        return Api.parse(ran.output());
    }

    private Ran run(List<String> before, String... words) {
        ProcessBuilder command = Product.command(words);
        var all = new ArrayList<>(List.of("env"));
        Map.of(
                        "ESPALIER_NO_BUILD", "1",
                        "ESPALIER_NO_AOT", "1",
                        "ESPALIER_URL", url(),
                        "ESPALIER_TOKEN", summary.path("token").asString(),
                        "NO_COLOR", "1")
                .forEach((name, value) -> all.add(name + "=" + value));
        all.addAll(before);
        all.addAll(command.command());
        return Ran.of(Duration.ofMinutes(1), all.toArray(String[]::new));
    }

    /** Ends it as Ctrl-C does. */
    @Override
    public void close() {
        api.close();
        process.close();
    }
}
