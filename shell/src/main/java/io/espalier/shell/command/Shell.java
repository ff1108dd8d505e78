package io.espalier.shell.command;

import io.espalier.protocol.api.FleetStatus;
import io.espalier.protocol.api.HostView;
import io.espalier.protocol.api.OrchestratorApi;
import io.espalier.protocol.api.SourceView;
import io.espalier.shell.client.ClientException;
import io.espalier.shell.client.Credentials;
import io.espalier.shell.console.Console;
import io.espalier.shell.line.Given;
import io.espalier.shell.line.Help;
import io.espalier.shell.line.Line;
import io.espalier.shell.line.Noun;
import io.espalier.shell.line.Option;
import io.espalier.shell.line.Parser;
import io.espalier.shell.line.Syntax;
import io.espalier.shell.view.FleetPages;
import io.espalier.shell.view.Page;
import io.espalier.shell.view.Structured;
import io.espalier.shell.view.Style;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** Runs command lines. */
public final class Shell {
    public static final int FINE = 0;
    public static final int FAILED = 1;
    public static final int USAGE = 2;
    /** As a shell tells that SIGINT or SIGPIPE ended a process. */
    private static final int INTERRUPTED = 130;

    private static final int BROKEN_PIPE = 141;
    private static final int MOST_NAMES = 1000;

    private final Map<String, Command> commands = new LinkedHashMap<>();
    private final Parser parser;
    private final Help help;
    private final Orchestrators orchestrators;
    private final JsonMapper json = JsonMapper.builder().build();
    private final InstantSource clock;
    private final ZoneId zone;
    private final Path folder;

    /**
     * @param env the process's environment
     * @param home of the user, for what {@code login} stores
     * @param folder that relative paths start from
     */
    public Shell(Map<String, String> env, Path home, Path folder, InstantSource clock, ZoneId zone) {
        Commands.all().forEach(command -> commands.put(command.syntax().name(), command));
        var syntaxes = new ArrayList<Syntax>();
        commands.values().forEach(command -> syntaxes.add(command.syntax()));
        syntaxes.add(Syntax.HELP);
        this.parser = new Parser(syntaxes);
        this.help = new Help(syntaxes);
        this.orchestrators = new Orchestrators(env, Credentials.of(env, home), json);
        this.clock = clock;
        this.zone = zone;
        this.folder = folder;
    }

    public Parser parser() {
        return parser;
    }

    /** @return 0 fine, 1 it failed, 2 wrong usage */
    public int run(List<String> words, Console console) {
        return switch (parser.parse(words)) {
            case Line.Nothing _ -> FINE;
            case Line.Help(var path) -> help(path, console);
            case Line.Wrong(var message, var suggestion, var path) -> wrong(message, suggestion, path, console);
            case Line.Run(var syntax, var given) -> run(syntax, given, console);
        };
    }

    private int help(List<String> path, Console console) {
        console.print(help.text(path));
        return FINE;
    }

    private static int wrong(String message, @Nullable String suggestion, List<String> path, Console console) {
        complain(console, message + (suggestion == null ? "" : "; did you mean '" + suggestion + "'?"));
        console.say("  espalier " + (path.isEmpty() ? "" : String.join(" ", path) + " ") + "--help tells more");
        return USAGE;
    }

    private int run(Syntax syntax, Given given, Console wanted) {
        var console = given.has(Option.NO_COLOR) ? wanted.withoutColour() : wanted;
        try {
            var command = commands.get(syntax.name());
            if (command == null) {
                throw new IllegalStateException("no handler for " + syntax.name());
            }
            var call = new Call(given, console, orchestrators, clock, zone, folder);
            var answer = command.handler().run(call);
            console.print(text(answer, given, console));
            return answer.failed() ? FAILED : FINE;
        } catch (ClientException e) {
            complain(console, e.sentence() + " (" + e.reason() + ")");
            return end(console, given, e, e.advice(), FAILED);
        } catch (CommandException e) {
            complain(console, String.valueOf(e.getMessage()));
            return end(console, given, e, e.advice(), e.status());
        } catch (InterruptedException _) {
            return INTERRUPTED;
        } catch (UncheckedIOException e) {
            String message = String.valueOf(
                    e.getCause() == null ? e.getMessage() : e.getCause().getMessage());
            if (message.contains("Broken pipe")) {
                return BROKEN_PIPE;
            }
            complain(console, message);
            return end(console, given, e, null, FAILED);
        } catch (RuntimeException e) {
            complain(console, "this should not have happened: " + e);
            return end(console, given, e, "--verbose shows where; please report it.", FAILED);
        }
    }

    private String text(Answer answer, Given given, Console console) {
        if (answer.value() instanceof Answer.Shown) {
            return "";
        }
        String format = given.value(Option.OUTPUT);
        return switch (format == null ? "table" : format) {
            case "json" -> answer.value() == null ? "null\n" : Structured.json(json, answer.value());
            case "yaml" -> answer.value() == null ? "null\n" : Structured.yaml(answer.value());
            default -> {
                var page = page(console.outLook());
                answer.view().accept(page);
                yield page.text();
            }
        };
    }

    private Page page(Console.Look look) {
        return new Page(look.colour(), look.width(), clock.instant(), zone);
    }

    private static void complain(Console console, String message) {
        String[] lines = message.strip().split("\n", 20);
        String first = "espalier: " + Page.oneLine(lines[0]);
        console.say(console.errLook().colour() ? Style.RED.paint(first) : first);
        for (int i = 1; i < lines.length; i++) {
            console.say("  " + Page.oneLine(lines[i]));
        }
    }

    private static int end(Console console, Given given, Exception e, @Nullable String advice, int status) {
        if (advice != null) {
            console.say("  " + advice);
        }
        if (given.has(Option.VERBOSE)) {
            var trace = new StringWriter();
            e.printStackTrace(new PrintWriter(trace));
            console.say(trace.toString());
        }
        return status;
    }

    /** The state of the fleet, for the greeting; empty if it cannot be told within {@code limit}. */
    public Optional<String> headline(Console console, Duration limit) {
        var nothing = new Given(Map.of(), List.of());
        try {
            return orchestrators.find(nothing, null).map(target -> {
                FleetStatus status = orchestrators.connect(target, limit).status();
                var page = page(console.outLook());
                FleetPages.headline(page, status);
                return page.text();
            });
        } catch (ClientException e) {
            return Optional.of(
                    "espalier: " + e.sentence() + "\n" + (e.advice() == null ? "" : "  " + e.advice() + "\n"));
        } catch (CommandException e) {
            return Optional.of("espalier: " + e.getMessage() + "\n");
        }
    }

    /** What there is of a noun, for completion; none if it cannot be told within {@code limit}. */
    public List<String> names(Noun noun, Duration limit) {
        try {
            var target = orchestrators.find(new Given(Map.of(), List.of()), null);
            return target.map(found -> names(noun, orchestrators.connect(found, limit)))
                    .orElse(List.of());
        } catch (ClientException | CommandException _) {
            return List.of();
        }
    }

    private static List<String> names(Noun noun, OrchestratorApi api) {
        return switch (noun) {
            case HOST -> hosts(api).map(HostView::name).toList();
            case TIER -> hosts(api).map(HostView::tier).distinct().toList();
            case SOURCE -> api.sources().stream().map(SourceView::name).toList();
            case ROLLOUT ->
                api.rollouts(20).stream()
                        .map(rollout -> Long.toString(rollout.id()))
                        .toList();
            case FILE, FOLDER -> List.of();
        };
    }

    private static java.util.stream.Stream<HostView> hosts(OrchestratorApi api) {
        return api.hosts(null, null, null, null, 0, MOST_NAMES).hosts().stream();
    }
}
