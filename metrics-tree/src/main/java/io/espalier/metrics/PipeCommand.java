package io.espalier.metrics;

import io.espalier.metrics.json.BadJsonException;
import io.espalier.metrics.json.TreeJson;
import io.espalier.metrics.live.Answers;
import io.espalier.metrics.pipe.AccessLog;
import io.espalier.metrics.pipe.LogFormat;
import io.espalier.metrics.pipe.PipeSet;
import io.espalier.metrics.query.Budget;
import io.espalier.metrics.query.Queries;
import io.espalier.metrics.query.Query;
import io.espalier.metrics.query.Result;
import io.espalier.metrics.query.Value;
import io.espalier.metrics.tree.Batch;
import io.espalier.metrics.tree.MetricTree;
import io.espalier.metrics.tree.TreeSettings;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * {@code espalier tree pipe list} and {@code espalier tree pipe test}: what pipes there are, and whether they
 * make of a log what they should. Status 0: they do; 1: they do not; 2: not asked for properly.
 */
final class PipeCommand {
    private static final String USAGE = """
            usage: espalier tree pipe list [--pipe FILE]... [--geo FILE]
                   espalier tree pipe test FILE.log EXPECTED.json [--log-format F] [--pipe FILE]... [--geo FILE]
              Compares the top-level names that EXPECTED.json has, and no others.
            """;
    private static final Duration SETTLE = Duration.ofSeconds(30);
    private static final int BLOCK = 1 << 16;
    private static final int LINES_SHOWN = 10;

    private final PrintStream out;
    private final PrintStream err;

    PipeCommand(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    private record Request(List<String> words, Optional<String> format, List<Path> pipes, Optional<Path> geo) {}

    int run(List<String> arguments) {
        try {
            Request request = request(arguments);
            if (request.words.equals(List.of("list"))) {
                return list(request);
            }
            if (request.words.size() == 3 && request.words.getFirst().equals("test")) {
                return test(request, Path.of(request.words.get(1)), Path.of(request.words.get(2)));
            }
            throw new IllegalArgumentException("list or test expected");
        } catch (IllegalArgumentException e) {
            err.println("espalier tree pipe: " + e.getMessage());
            err.print(USAGE);
            return 2;
        } catch (IOException e) {
            err.println("espalier tree pipe: " + e.getMessage());
            return 1;
        }
    }

    private static Request request(List<String> arguments) {
        var words = new ArrayList<String>();
        var pipes = new ArrayList<Path>();
        Optional<String> format = Optional.empty();
        Optional<Path> geo = Optional.empty();
        for (int i = 0; i < arguments.size(); i++) {
            String word = arguments.get(i);
            if (!word.startsWith("--")) {
                words.add(word);
                continue;
            }
            if (++i == arguments.size()) {
                throw new IllegalArgumentException("no value for " + word);
            }
            switch (word) {
                case "--pipe" -> pipes.add(Path.of(arguments.get(i)));
                case "--geo" -> geo = Optional.of(Path.of(arguments.get(i)));
                case "--log-format" -> format = Optional.of(arguments.get(i));
                default -> throw new IllegalArgumentException("no such option: " + word);
            }
        }
        return new Request(words, format, pipes, geo);
    }

    private int list(Request request) throws IOException {
        try (PipeSet set = PipeSet.of(request.pipes, request.geo, _ -> {})) {
            int width = set.list().stream()
                    .mapToInt(pipe -> pipe.name().length())
                    .max()
                    .orElse(0);
            for (PipeSet.Listed pipe : set.list()) {
                out.println(pipe.name() + " ".repeat(width - pipe.name().length() + 2) + pipe.from());
            }
        }
        return 0;
    }

    // --- Test ---

    private int test(Request request, Path log, Path expectedFile) throws IOException {
        MetricTree expected = expected(expectedFile);
        var actual = tree();
        try (PipeSet set = PipeSet.of(request.pipes, request.geo, actual::merge)) {
            feed(request.format.map(LogFormat::of), set, log, actual);
        }
        Set<String> names = topLevel(expected);
        Map<String, String> wanted = leaves(expected, names);
        Map<String, String> found = leaves(actual, names);
        int differences = compare(wanted, found);
        out.println(
                differences == 0
                        ? "ok: " + wanted.size() + " leaves as expected"
                        : differences + " of " + wanted.size() + " leaves differ");
        complaints(actual);
        return differences == 0 ? 0 : 1;
    }

    private static MetricTree tree() {
        return new MetricTree(TreeSettings.ofMachine(), InstantSource.system());
    }

    private static MetricTree expected(Path file) throws IOException {
        byte[] json = Files.readAllBytes(file);
        var batch = new Batch();
        try {
            int end = TreeJson.skipSpace(json, 0, json.length);
            end = new TreeJson().read(json, end, json.length, batch);
            if (TreeJson.skipSpace(json, end, json.length) != json.length) {
                throw new IOException(file + ": more than one JSON value");
            }
        } catch (BadJsonException e) {
            throw new IOException(file + ": " + e.getMessage(), e);
        }
        MetricTree tree = tree();
        tree.merge(batch);
        return tree;
    }

    private void feed(Optional<LogFormat> format, PipeSet set, Path file, MetricTree tree) throws IOException {
        var shown = new int[1];
        var log = new AccessLog(format, set, (line, column, reason, _, _, _) -> {
            if (shown[0]++ < LINES_SHOWN) {
                out.println(file.getFileName() + ":" + line + ":" + column + ": " + reason);
            }
        });
        var batch = new Batch();
        byte[] block = new byte[BLOCK * 2];
        int held = 0;
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), BLOCK)) {
            for (int n = in.read(block, 0, BLOCK); n >= 0; n = in.read(block, held, BLOCK)) {
                int end = held + n;
                int whole = end;
                while (whole > 0 && block[whole - 1] != '\n') {
                    whole--;
                }
                // A line longer than a block is cut here and refused there.
                whole = whole == 0 && end >= BLOCK ? end : whole;
                log.block(block, 0, whole);
                held = end - whole;
                System.arraycopy(block, whole, block, 0, held);
                settle(log, set, batch, tree);
            }
        }
        log.block(block, 0, held);
        settle(log, set, batch, tree);
        log.close();
        log.detected().ifPresent(name -> out.println("format: " + name));
        out.println(log.fitting() + " of " + log.lines() + " lines read");
    }

    private static void settle(AccessLog log, PipeSet set, Batch batch, MetricTree tree) {
        log.flush(batch);
        tree.merge(batch);
        batch.clear();
        set.settle(SETTLE);
    }

    private static Set<String> topLevel(MetricTree tree) {
        var names = new HashSet<String>();
        for (Result result : new Queries(tree, Budget.USUAL).run(Query.parse(""))) {
            names.add(first(result.key()));
        }
        return names;
    }

    private static String first(String key) {
        int comma = key.indexOf(',');
        return comma < 0 ? key : key.substring(0, comma);
    }

    private static Map<String, String> leaves(MetricTree tree, Set<String> names) {
        var leaves = new TreeMap<String, String>();
        for (Result result : new Queries(tree, Budget.USUAL).run(Query.parse(""))) {
            if (names.contains(first(result.key()))) {
                String key = result.key() + (result.value() instanceof Value.Text ? " (marker)" : "");
                leaves.put(key, Answers.value(result.value()));
            }
        }
        return leaves;
    }

    private int compare(Map<String, String> wanted, Map<String, String> found) {
        int differences = 0;
        var keys = new TreeSet<>(wanted.keySet());
        keys.addAll(found.keySet());
        for (String key : keys) {
            String expected = wanted.get(key);
            String actual = found.get(key);
            if (expected == null) {
                out.println("+ " + key + ": " + actual + " (not expected)");
            } else if (actual == null) {
                out.println("- " + key + ": " + expected + " (missing)");
            } else if (!expected.equals(actual)) {
                out.println("! " + key + ": expected " + expected + ", got " + actual);
            } else {
                continue;
            }
            differences++;
        }
        return differences;
    }

    /** What pipes complained of. */
    private void complaints(MetricTree tree) {
        for (Result result : new Queries(tree, Budget.USUAL).run(Query.parse("~tree"))) {
            out.println(result.key() + ": " + Answers.value(result.value()));
        }
    }
}
