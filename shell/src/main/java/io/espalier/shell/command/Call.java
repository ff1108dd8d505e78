package io.espalier.shell.command;

import io.espalier.protocol.api.OrchestratorApi;
import io.espalier.shell.client.Target;
import io.espalier.shell.console.Console;
import io.espalier.shell.line.Given;
import io.espalier.shell.line.Option;
import io.espalier.shell.view.Page;
import java.nio.file.Path;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One run of a command: what was given, and the way to orchestrator and person. */
final class Call {
    private final Given given;
    private final Console console;
    private final Orchestrators orchestrators;
    private final InstantSource clock;
    private final ZoneId zone;
    private final Path folder;
    private @Nullable Target target;
    private @Nullable OrchestratorApi api;

    /** @param folder that relative paths start from */
    Call(Given given, Console console, Orchestrators orchestrators, InstantSource clock, ZoneId zone, Path folder) {
        this.given = given;
        this.console = console;
        this.orchestrators = orchestrators;
        this.clock = clock;
        this.zone = zone;
        this.folder = folder;
    }

    OrchestratorApi api() {
        if (api == null) {
            api = orchestrators.connect(target());
        }
        return api;
    }

    Target target() {
        if (target == null) {
            target = orchestrators.target(given, null);
            if (orchestrators.credentials().isExposed()) {
                var file = orchestrators.credentials().file();
                console.say("warning: others may read " + file + "; set it right: chmod 600 " + file);
            }
        }
        return target;
    }

    boolean has(Option option) {
        return given.has(option);
    }

    @Nullable
    String value(Option option) {
        return given.value(option);
    }

    List<String> values(Option option) {
        return given.values(option);
    }

    List<String> arguments() {
        return given.arguments();
    }

    String argument(int index) {
        return given.argument(index);
    }

    Path path(String text) {
        return folder.resolve(text).normalize();
    }

    Given given() {
        return given;
    }

    Console console() {
        return console;
    }

    InstantSource clock() {
        return clock;
    }

    Orchestrators orchestrators() {
        return orchestrators;
    }

    /** Shows what belongs to the way, not to the result: on standard error, whatever the output format. */
    void show(Consumer<Page> view) {
        var page = new Page(console.errLook().colour(), console.errLook().width(), clock.instant(), zone);
        view.accept(page);
        console.say(page.text());
    }

    /** @throws CommandException if the person says no, or nobody is there to ask */
    void confirm(Option yes, String question) {
        if (given.has(yes)) {
            return;
        }
        var answer = console.prompter().ask(question + " [y/N] ");
        if (answer.isEmpty()) {
            throw CommandException.usage("nobody is here to say yes", "Add --yes to go ahead without asking.");
        }
        String word = answer.get().strip();
        if (!word.equalsIgnoreCase("y") && !word.equalsIgnoreCase("yes")) {
            throw CommandException.failed("left as it was", null);
        }
    }
}
