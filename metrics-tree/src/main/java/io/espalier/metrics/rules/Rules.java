package io.espalier.metrics.rules;

import io.espalier.metrics.tree.Action;
import io.espalier.metrics.tree.MetricTree;
import io.espalier.metrics.tree.Policy;
import io.espalier.metrics.tree.TreeSettings;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * {@code KEY name=value ...}, a line a subtree; {@code *} is every top-level subtree. What a line does not say is as
 * for the nearest line above it in the tree.
 */
public final class Rules {
    private static final int MAX_SIZE = 1 << 20;
    private static final int MAX_ERRORS = 20;

    /** Of one line: what it changes of the policy above it. */
    private record Rule(int line, List<String> path, UnaryOperator<Policy> change) {}

    private final List<Rule> rules;

    private Rules(List<Rule> rules) {
        this.rules = rules;
    }

    /** @throws IllegalArgumentException with a line {@code FILE:LINE:COLUMN: what} for each error */
    public static Rules read(Path file) throws IOException {
        if (Files.size(file) > MAX_SIZE) {
            throw new IllegalArgumentException(file + ": more than " + MAX_SIZE + " bytes");
        }
        return parse(file.toString(), Files.readString(file, StandardCharsets.UTF_8));
    }

    /** @param name of the file, for messages */
    static Rules parse(String name, String text) {
        var errors = new ArrayList<String>();
        var rules = new ArrayList<Rule>();
        var seen = new HashMap<List<String>, Integer>();
        String[] lines = text.split("\n", -1);
        for (int i = 0; i < lines.length; i++) {
            try {
                Optional<Rule> rule = rule(i + 1, lines[i]);
                if (rule.isPresent()) {
                    Integer before = seen.putIfAbsent(rule.get().path, i + 1);
                    if (before != null) {
                        throw new BadRuleException(1, "the same key as in line " + before);
                    }
                    rules.add(rule.get());
                }
            } catch (BadRuleException e) {
                errors.add(name + ":" + (i + 1) + ":" + e.column + ": " + e.getMessage());
            }
        }
        if (!errors.isEmpty()) {
            throw new IllegalArgumentException(
                    String.join("\n", errors.subList(0, Math.min(MAX_ERRORS, errors.size()))));
        }
        return new Rules(List.copyOf(rules));
    }

    private static final class BadRuleException extends Exception {
        private static final long serialVersionUID = 1;

        private final int column;

        BadRuleException(int column, String message) {
            super(message);
            this.column = column;
        }
    }

    private static Optional<Rule> rule(int number, String line) throws BadRuleException {
        int end = line.indexOf('#') < 0 ? line.length() : line.indexOf('#');
        int at = skipSpace(line, 0, end);
        if (at == end) {
            return Optional.empty();
        }
        int keyEnd = word(line, at, end);
        List<String> path = path(line.substring(at, keyEnd), at + 1);
        UnaryOperator<Policy> change = UnaryOperator.identity();
        int settings = 0;
        for (int from = skipSpace(line, keyEnd, end); from < end; from = skipSpace(line, word(line, from, end), end)) {
            String setting = line.substring(from, word(line, from, end));
            UnaryOperator<Policy> before = change;
            UnaryOperator<Policy> next = setting(setting, from + 1);
            change = policy -> next.apply(before.apply(policy));
            settings++;
        }
        if (settings == 0) {
            throw new BadRuleException(keyEnd + 1, "nothing set (action=, leaves=, children=, ttl=)");
        }
        return Optional.of(new Rule(number, path, change));
    }

    /** {@code br,ie}; {@code %2C} and its like for what the grammar takes. */
    private static List<String> path(String key, int column) throws BadRuleException {
        if (key.equals("*")) {
            return List.of();
        }
        var path = new ArrayList<String>();
        int at = column;
        for (String name : key.split(",", -1)) {
            if (name.isEmpty() || name.contains("*") || name.contains("?") || name.contains("|")) {
                throw new BadRuleException(
                        at, "'" + name + "': names, no patterns (or * alone: all top-level subtrees)");
            }
            path.add(decoded(name, at));
            at += name.length() + 1;
        }
        if (path.getFirst().equals(MetricTree.SELF)) {
            throw new BadRuleException(column, MetricTree.SELF + " is the tree's own");
        }
        return List.copyOf(path);
    }

    private static String decoded(String name, int column) throws BadRuleException {
        try {
            return URLDecoder.decode(name.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new BadRuleException(column, "'" + name + "': a % without its two hex digits");
        }
    }

    private static UnaryOperator<Policy> setting(String setting, int column) throws BadRuleException {
        int equals = setting.indexOf('=');
        String name = equals < 0 ? setting : setting.substring(0, equals);
        String value = equals < 0 ? "" : setting.substring(equals + 1);
        int at = column + equals + 1;
        return switch (name) {
            case "action" -> {
                Action action = Action.parse(value)
                        .orElseThrow(
                                () -> new BadRuleException(at, "no action named '" + value + "' (" + words() + ")"));
                yield policy -> policy.with(action);
            }
            case "leaves" -> {
                int most = number(value, at);
                yield policy -> policy.withMaxLeaves(most);
            }
            case "children" -> {
                int most = number(value, at);
                yield policy -> policy.withMaxChildren(most);
            }
            case "ttl" -> {
                Duration ttl = duration(value, at);
                yield policy -> policy.withTtl(ttl);
            }
            default ->
                throw new BadRuleException(column, "no setting named '" + name + "' (action, leaves, children, ttl)");
        };
    }

    private static String words() {
        return String.join(
                ", ", Arrays.stream(Action.values()).map(Action::word).toList());
    }

    private static int number(String value, int column) throws BadRuleException {
        try {
            int number = Integer.parseInt(value);
            if (number > 0) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Said below.
        }
        throw new BadRuleException(column, "'" + value + "': a whole number from 1 on expected");
    }

    private static Duration duration(String value, int column) throws BadRuleException {
        try {
            if (value.equals("never")) {
                return Duration.ZERO;
            }
            Duration duration = value.endsWith("d")
                    ? Duration.parse("P" + value)
                    : Duration.parse(value.startsWith("PT") ? value : "PT" + value);
            if (!duration.isNegative() && duration.toSeconds() > 0) {
                return duration;
            }
        } catch (DateTimeParseException e) {
            // Said below.
        }
        throw new BadRuleException(column, "'" + value + "': a time such as 90s, 10m, 24h, 7d or never expected");
    }

    private static int skipSpace(String line, int from, int end) {
        int at = from;
        while (at < end && Character.isWhitespace(line.charAt(at))) {
            at++;
        }
        return at;
    }

    private static int word(String line, int from, int end) {
        int at = from;
        while (at < end && !Character.isWhitespace(line.charAt(at))) {
            at++;
        }
        return at;
    }

    // --- Holding them ---

    /** What {@code *} says, on top of {@code settings}. */
    public TreeSettings settings(TreeSettings settings) {
        Policy root = settings.root();
        for (Rule rule : rules) {
            if (rule.path.isEmpty()) {
                root = rule.change.apply(root);
            }
        }
        return settings.with(root);
    }

    /** @param root of the tree, as {@link #settings} made it */
    public void apply(MetricTree tree, Policy root) {
        policies(root).forEach(tree::setPolicy);
    }

    /** By key, those further up first. */
    Map<List<String>, Policy> policies(Policy root) {
        var policies = new LinkedHashMap<List<String>, Policy>();
        rules.stream()
                .filter(rule -> !rule.path.isEmpty())
                .sorted(Comparator.comparingInt(rule -> rule.path.size()))
                .forEach(rule -> policies.put(rule.path, rule.change.apply(above(rule.path, policies, root))));
        return policies;
    }

    private static Policy above(List<String> path, Map<List<String>, Policy> policies, Policy root) {
        for (int length = path.size() - 1; length > 0; length--) {
            Policy policy = policies.get(path.subList(0, length));
            if (policy != null) {
                return policy;
            }
        }
        return root;
    }
}
