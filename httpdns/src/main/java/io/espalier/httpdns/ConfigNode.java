package io.espalier.httpdns;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** A place in a YAML file that knows where it is. */
record ConfigNode(String file, Node node) {
    private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s|m|h|d)");
    private static final Pattern SIZE = Pattern.compile("(\\d{1,9})(KB|MB|GB)");

    /** @throws ConfigException if a key is not among the known, or stands there twice */
    Map<String, ConfigNode> map(Set<String> known) throws ConfigException {
        if (!(node instanceof MappingNode mapping)) {
            throw bad("expected: keys and values");
        }
        var members = new LinkedHashMap<String, ConfigNode>();
        for (var entry : mapping.getValue()) {
            var key = new ConfigNode(file, entry.getKeyNode());
            if (!known.contains(key.text())) {
                throw key.bad("unknown key '" + key.text() + "' (known: "
                        + String.join(", ", known.stream().sorted().toList()) + ")");
            }
            if (members.put(key.text(), new ConfigNode(file, entry.getValueNode())) != null) {
                throw key.bad("key '" + key.text() + "' stands here twice");
            }
        }
        return members;
    }

    /** The elements of a list; a single value is a list of one. */
    List<ConfigNode> list() {
        var elements = new ArrayList<ConfigNode>();
        if (node instanceof SequenceNode sequence) {
            sequence.getValue().forEach(element -> elements.add(new ConfigNode(file, element)));
        } else {
            elements.add(this);
        }
        return elements;
    }

    List<String> texts() throws ConfigException {
        var texts = new ArrayList<String>();
        for (var element : list()) {
            texts.add(element.text());
        }
        return texts;
    }

    String text() throws ConfigException {
        if (!(node instanceof ScalarNode scalar)) {
            throw bad("expected: a single value");
        }
        return scalar.getValue();
    }

    boolean bool() throws ConfigException {
        return switch (text()) {
            case "true" -> true;
            case "false" -> false;
            default -> throw bad("expected: true or false");
        };
    }

    int number(int least, int most) throws ConfigException {
        try {
            var number = Integer.parseInt(text());
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw bad("'" + text() + "' is no whole number");
        }
        throw bad(text() + " (expected: " + least + " to " + most + ")");
    }

    Duration duration() throws ConfigException {
        var parts = DURATION.matcher(text());
        if (!parts.matches()) {
            throw bad("'" + text() + "' is no duration (expected: such as 40ms, 10s, 5m, 1h)");
        }
        var amount = Long.parseLong(parts.group(1));
        return switch (parts.group(2)) {
            case "ms" -> Duration.ofMillis(amount);
            case "s" -> Duration.ofSeconds(amount);
            case "m" -> Duration.ofMinutes(amount);
            case "h" -> Duration.ofHours(amount);
            default -> Duration.ofDays(amount);
        };
    }

    /** In bytes. */
    long size() throws ConfigException {
        var parts = SIZE.matcher(text());
        if (!parts.matches()) {
            throw bad("'" + text() + "' is no size (expected: such as 64MB)");
        }
        var shift = parts.group(2).equals("KB") ? 10 : parts.group(2).equals("MB") ? 20 : 30;
        return Long.parseLong(parts.group(1)) << shift;
    }

    /** The text as something else; its complaint gets this place. */
    <T> T as(Function<String, T> parse) throws ConfigException {
        return made(parse, text());
    }

    /** A value made of what was read here; its complaint gets this place. */
    <T, R> R made(Function<T, R> make, T from) throws ConfigException {
        try {
            return make.apply(from);
        } catch (IllegalArgumentException e) {
            throw bad(String.valueOf(e.getMessage()));
        }
    }

    ConfigException bad(String problem) {
        var position = node.getStartMark()
                .map(mark -> ":" + (mark.getLine() + 1) + ":" + (mark.getColumn() + 1))
                .orElse("");
        return new ConfigException(file + position + " " + problem);
    }
}
