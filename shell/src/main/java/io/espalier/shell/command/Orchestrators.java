package io.espalier.shell.command;

import io.espalier.protocol.api.OrchestratorApi;
import io.espalier.shell.client.Credentials;
import io.espalier.shell.client.OrchestratorClient;
import io.espalier.shell.client.Target;
import io.espalier.shell.client.TreeClient;
import io.espalier.shell.line.Given;
import io.espalier.shell.line.Option;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** Finds the orchestrator that a command is meant for. */
final class Orchestrators {
    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final Duration READ = Duration.ofSeconds(60);

    private final Map<String, String> env;
    private final Credentials credentials;
    private final JsonMapper json;

    Orchestrators(Map<String, String> env, Credentials credentials, JsonMapper json) {
        this.env = env;
        this.credentials = credentials;
        this.json = json;
    }

    Credentials credentials() {
        return credentials;
    }

    /** @param url instead of the option's */
    Target target(Given given, @Nullable String url) {
        return find(given, url)
                .orElseThrow(() -> CommandException.usage(
                        "which orchestrator?", "Run 'espalier login', give --url URL, or set ESPALIER_URL."));
    }

    Optional<Target> find(Given given, @Nullable String url) {
        Optional<Target> stored;
        try {
            stored = credentials.load();
        } catch (UncheckedIOException | IllegalArgumentException e) {
            throw CommandException.failed(
                    "cannot read " + credentials.file() + ": " + rootMessage(e), "'espalier login' writes a new one.");
        }
        try {
            String chosen = url != null ? url : given.value(Option.URL);
            return Target.choose(chosen, given.value(Option.TOKEN), env, stored);
        } catch (IllegalArgumentException e) {
            throw CommandException.usage(String.valueOf(e.getMessage()), "Such as: --url http://127.0.0.1:8080");
        }
    }

    OrchestratorApi connect(Target target) {
        return OrchestratorClient.connect(target, json, CONNECT, READ);
    }

    TreeClient tree(Target target) {
        return new TreeClient(target, json, CONNECT);
    }

    /** For what a person is waiting for with a finger on a key. */
    OrchestratorApi connect(Target target, Duration limit) {
        return OrchestratorClient.connect(target, json, limit, limit);
    }

    private static String rootMessage(Exception e) {
        Throwable cause = e.getCause() == null ? e : e.getCause();
        return String.valueOf(cause.getMessage());
    }
}
