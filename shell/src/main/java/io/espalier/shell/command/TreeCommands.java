package io.espalier.shell.command;

import static io.espalier.shell.command.Commands.known;

import io.espalier.shell.client.TreeClient;
import io.espalier.shell.line.Argument;
import io.espalier.shell.line.Noun;
import io.espalier.shell.line.Option;
import io.espalier.shell.line.Syntax;
import io.espalier.shell.line.Values;
import io.espalier.shell.view.Structured;
import io.espalier.shell.view.TreePages;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/** The metrics tree: ask, watch, push. */
final class TreeCommands {
    /** As much as the tree takes at once. */
    private static final int MOST_BYTES = 32 << 20;

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final Argument KEY = Argument.one("KEY", "such as 'cpu,*|avg,idle'", new Values.Any());
    private static final Option COUNT =
            Option.value("count", "COUNT", "end after so many changes").of(new Values.Whole(1, Long.MAX_VALUE));

    private TreeCommands() {}

    static List<Command> all() {
        return List.of(
                new Command(
                        Syntax.of("tree get", "what the metrics tree holds at a key")
                                .arguments(KEY)
                                .examples("tree get worker", "tree get 'worker,*|avg,sysinfo,cpu,sys'"),
                        TreeCommands::get),
                new Command(
                        Syntax.of("tree watch", "show each change of a key as it comes")
                                .arguments(KEY)
                                .options(COUNT)
                                .examples("tree watch deploy", "tree watch status --count 10 --output json"),
                        TreeCommands::watch),
                new Command(
                        Syntax.of("tree push", "push JSON or access log lines; - reads standard input")
                                .arguments(Argument.one("FILE", "what to push", known(Noun.FILE)))
                                .examples("tree push numbers.json", "tree push -"),
                        TreeCommands::push));
    }

    private static TreeClient tree(Call call) {
        return call.orchestrators().tree(call.target());
    }

    private static Answer get(Call call) {
        var leaves = tree(call).get(call.argument(0), false).leaves();
        if (leaves.isEmpty()) {
            call.console().say("nothing there");
        }
        var value = leaves.stream().map(TreeCommands::pair).toList();
        return Answer.of(value, page -> TreePages.leaves(page, value));
    }

    /** In the API's own form: {@code {"KEY": VALUE}}. */
    private static Map<String, Object> pair(TreeClient.Leaf leaf) {
        Object value = leaf.value();
        return Map.of(leaf.key(), value == null ? "" : value);
    }

    private static Answer watch(Call call) throws InterruptedException {
        var tree = tree(call);
        String key = call.argument(0);
        String count = call.value(COUNT);
        long left = count == null ? Long.MAX_VALUE : Long.parseLong(count);
        String since = tree.get(key, true).next();
        call.console().say("watching " + key + " (Ctrl-C ends it)");
        while (left > 0) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            var changes = tree.next(key, since);
            since = changes.next();
            if (changes.isReset()) {
                call.console().say("too much changed at once; some of it is not shown");
            }
            for (TreeClient.Leaf leaf : changes.leaves()) {
                if (left-- > 0) {
                    call.console().print(line(call, leaf));
                }
            }
        }
        return Answer.shown();
    }

    private static String line(Call call, TreeClient.Leaf leaf) {
        String format = call.value(Option.OUTPUT);
        return switch (format == null ? "table" : format) {
            case "json" -> JSON.writeValueAsString(pair(leaf)) + "\n";
            case "yaml" -> Structured.yaml(List.of(pair(leaf)));
            default -> TreePages.line(leaf.key(), leaf.value()) + "\n";
        };
    }

    private static Answer push(Call call) {
        byte[] body = body(call);
        int first = 0;
        while (first < body.length && Character.isWhitespace(body[first])) {
            first++;
        }
        if (first == body.length) {
            throw CommandException.usage(
                    "there is nothing in " + call.argument(0), "Such as: espalier tree push numbers.json");
        }
        var pushed = tree(call).push(body, body[first] == '{' || body[first] == '[');
        return new Answer(
                pushed,
                page -> TreePages.pushed(page, pushed.merged(), pushed.rejected(), pushed.bad()),
                pushed.rejected() > 0);
    }

    private static byte[] body(Call call) {
        String name = call.argument(0);
        try (InputStream in = name.equals("-") ? call.console().in() : Files.newInputStream(call.path(name))) {
            byte[] body = in.readNBytes(MOST_BYTES + 1);
            if (body.length > MOST_BYTES) {
                throw CommandException.usage(
                        name + " is longer than " + (MOST_BYTES >> 20) + " MiB", "Split it, or send it to port 8649.");
            }
            return body;
        } catch (NoSuchFileException e) {
            throw CommandException.usage("there is no file " + name, "- reads standard input.");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
