package io.espalier.shell.command;

import static io.espalier.shell.command.Commands.LIMIT;

import io.espalier.protocol.api.TokenRequest;
import io.espalier.shell.client.Target;
import io.espalier.shell.line.Argument;
import io.espalier.shell.line.Given;
import io.espalier.shell.line.Option;
import io.espalier.shell.line.Syntax;
import io.espalier.shell.line.Values;
import io.espalier.shell.view.FleetPages;
import io.espalier.shell.view.PeoplePages;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Who may do what, and who did. */
final class PeopleCommands {
    private static final int USUAL_COUNT = 50;
    private static final int MOST_TOKEN_BYTES = 4096;
    private static final String USUAL_URL = "http://127.0.0.1:8080";

    private static final Option TOKEN_STDIN =
            Option.flag("token-stdin", "the token is the first line of standard input");
    private static final Option RIGHT = Option.choice(
                    "right",
                    "read, push, deploy or admin; repeat it for more",
                    List.of("read", "push", "deploy", "admin"))
            .many();

    private PeopleCommands() {}

    static List<Command> all() {
        return List.of(
                new Command(
                        Syntax.of("login", "remember an orchestrator and a token for it")
                                .arguments(Argument.one(
                                                "URL", "the orchestrator; else --url or ESPALIER_URL", new Values.Any())
                                        .optional())
                                .options(TOKEN_STDIN)
                                .examples(
                                        "login http://127.0.0.1:8080",
                                        "login https://espalier.example.org --token-stdin < token"),
                        PeopleCommands::login),
                new Command(Syntax.of("users", "who may do what").examples("users"), PeopleCommands::users),
                new Command(
                        Syntax.of("token create", "make a token for yourself; it is shown this once")
                                .arguments(Argument.one("LABEL", "what it is for", new Values.Any()))
                                .options(RIGHT)
                                .examples("token create ci --right read --right deploy"),
                        PeopleCommands::createToken),
                new Command(
                        Syntax.of("audit", "who did what, when; the newest first")
                                .options(LIMIT)
                                .examples("audit", "audit --limit 200 --output json"),
                        PeopleCommands::audit));
    }

    private static Answer login(Call call) {
        var orchestrators = call.orchestrators();
        String url = call.arguments().isEmpty() ? null : call.argument(0);
        var found = orchestrators.find(call.given(), url);
        if (found.isEmpty()) {
            String typed = call.console()
                    .prompter()
                    .ask("URL [" + USUAL_URL + "]: ")
                    .orElseThrow(() -> CommandException.usage("log in where?", "Such as: espalier login " + USUAL_URL));
            found = orchestrators.find(call.given(), typed.isBlank() ? USUAL_URL : typed.strip());
        }
        var target = found.orElseThrow();
        boolean given = call.value(Option.TOKEN) != null;
        if (!given) {
            target = new Target(target.url(), token(call, target));
        }
        var status = orchestrators.connect(target).status();
        orchestrators.credentials().store(target);
        var kept = target;
        call.console().say("stored in " + orchestrators.credentials().file());
        orchestrators
                .find(new Given(Map.of(), List.of()), null)
                .filter(used -> !used.equals(kept))
                .ifPresent(used -> call.console()
                        .say("note: ESPALIER_URL or ESPALIER_TOKEN is set and comes first: commands go to " + used));
        return Answer.of(status, page -> FleetPages.status(page, status, kept.toString()));
    }

    /** Asks for it; a token of the environment is taken where nobody can be asked. */
    private static String token(Call call, Target target) {
        if (call.has(TOKEN_STDIN)) {
            return firstLine(call);
        }
        var typed = call.console().prompter().askSecret("Token for " + target.url() + " (Settings, Tokens): ");
        String token = typed.map(String::strip).filter(text -> !text.isEmpty()).orElse(target.token());
        if (token == null || token.isEmpty()) {
            throw CommandException.usage("a token is needed", "Give it by --token-stdin, --token or ESPALIER_TOKEN.");
        }
        return token;
    }

    private static String firstLine(Call call) {
        try {
            byte[] bytes = call.console().in().readNBytes(MOST_TOKEN_BYTES);
            String first = new String(bytes, StandardCharsets.UTF_8)
                    .strip()
                    .lines()
                    .findFirst()
                    .orElse("");
            if (first.isEmpty()) {
                throw CommandException.usage(
                        "standard input holds no token", "Such as: espalier login --token-stdin < token");
            }
            return first;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read standard input", e);
        }
    }

    private static Answer users(Call call) {
        var users = call.api().users();
        return Answer.of(users, page -> PeoplePages.users(page, users));
    }

    private static Answer createToken(Call call) {
        var rights = call.values(RIGHT);
        if (rights.isEmpty()) {
            throw CommandException.usage("what may the token do?", "Such as: --right read --right deploy");
        }
        var created = call.api().createToken(new TokenRequest(call.argument(0), rights));
        call.console()
                .say("token " + created.id() + " may " + String.join(", ", created.rights())
                        + "; it is not shown again:");
        return Answer.of(created, page -> PeoplePages.token(page, created));
    }

    private static Answer audit(Call call) {
        @Nullable String limit = call.value(LIMIT);
        var entries = call.api().audit(limit == null ? USUAL_COUNT : Integer.parseInt(limit));
        return Answer.of(entries, page -> PeoplePages.audit(page, entries));
    }
}
