package io.espalier.orchestrator.fleet;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.resolver.ScalarResolver;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/**
 * Reads one YAML 1.2 document (core schema) into {@link Yaml}. Works on the parser's events with a stack of its own, so
 * that depth, size and the weight of aliases are bounded before they cost anything. Tags, merge keys, keys that are not
 * text and a key twice in one map are refused.
 */
final class YamlParser {

    static final int MAX_CHARACTERS = 4 << 20;
    static final int MAX_DEPTH = 32;

    /** Values of one file, those behind an alias counted each time. */
    static final int MAX_VALUES = 500_000;

    private static final ScalarResolver RESOLVER = new CoreSchema().getScalarResolver();

    private final String file;
    private final Deque<Open> open = new ArrayDeque<>();
    private final Map<String, Weighed> anchors = new HashMap<>();
    private int values;
    private @Nullable Yaml root;

    private YamlParser(String file) {
        this.file = file;
    }

    /** The document in {@code content}; empty, with a problem added, if it cannot be read. An empty file is an empty map. */
    static Optional<Yaml> parse(String file, byte[] content, Problems problems) {
        try {
            return Optional.of(new YamlParser(file).parse(decoded(file, content)));
        } catch (Refused refused) {
            problems.add(refused.problem);
        } catch (MarkedYamlEngineException e) {
            Place at = e.getProblemMark()
                    .map(mark -> new Place(file, mark.getLine() + 1, mark.getColumn() + 1))
                    .orElse(Place.startOf(file));
            problems.add(at.error("not YAML: " + e.getProblem(), tabHint(e)));
        } catch (YamlEngineException e) {
            problems.add(Place.startOf(file).error("not YAML: " + firstLine(e)));
        }
        return Optional.empty();
    }

    private static String tabHint(MarkedYamlEngineException e) {
        return String.valueOf(e.getProblem()).contains("TAB") ? "indent with spaces" : "";
    }

    private static String firstLine(YamlEngineException e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    }

    private static String decoded(String file, byte[] content) {
        String text;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(content))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new Refused(Place.startOf(file).error("not UTF-8 text"));
        }
        if (text.length() > MAX_CHARACTERS) {
            throw new Refused(Place.startOf(file)
                    .error("too large: " + text.length() + " characters (expected: at most " + MAX_CHARACTERS + ")"));
        }
        return text.startsWith("\ufeff") ? text.substring(1) : text;
    }

    private Yaml parse(String text) {
        var settings = LoadSettings.builder()
                .setLabel(file)
                .setCodePointLimit(MAX_CHARACTERS)
                .build();
        boolean documentSeen = false;
        for (Event event : new Parse(settings).parseString(text)) {
            switch (event.getEventId()) {
                case DocumentStart -> {
                    if (documentSeen) {
                        throw new Refused(placeOf(event).error("a second document", "one document a file"));
                    }
                    documentSeen = true;
                }
                case Scalar -> {
                    var scalar = (ScalarEvent) event;
                    take(scalar(scalar), 1, scalar);
                }
                case Alias -> {
                    var alias = (AliasEvent) event;
                    Weighed target = anchors.get(alias.getAlias().getValue());
                    if (target == null) {
                        throw new Refused(placeOf(event).error("unknown alias or one inside its own anchor"));
                    }
                    take(target.value(), target.weight(), alias);
                }
                case MappingStart, SequenceStart -> open((CollectionStartEvent) event);
                case MappingEnd, SequenceEnd -> {
                    Open closed = open.pop();
                    take(closed.close(), closed.weight, closed.start);
                }
                default -> {
                    // stream and document borders and comments hold nothing
                }
            }
        }
        return root == null ? new Yaml.Entries(Place.startOf(file), List.of()) : root;
    }

    private void open(CollectionStartEvent event) {
        event.getTag().ifPresent(tag -> refuseTag(tag, event));
        if (open.size() >= MAX_DEPTH) {
            throw new Refused(placeOf(event).error("nested deeper than " + MAX_DEPTH + " levels"));
        }
        Open parent = open.peek();
        if (parent != null && parent.expectsKey()) {
            throw new Refused(placeOf(event).error("a key must be text"));
        }
        open.push(new Open(event, placeOf(event)));
    }

    private Yaml.Scalar scalar(ScalarEvent event) {
        event.getTag().filter(tag -> !tag.equals("!")).ifPresent(tag -> refuseTag(tag, event));
        boolean quoted = !event.isPlain();
        Tag tag = quoted || event.getTag().isPresent() ? Tag.STR : RESOLVER.resolve(event.getValue(), true);
        Yaml.Scalar.Kind kind;
        if (tag.equals(Tag.INT)) {
            kind = Yaml.Scalar.Kind.INTEGER;
        } else if (tag.equals(Tag.FLOAT)) {
            kind = Yaml.Scalar.Kind.DECIMAL;
        } else if (tag.equals(Tag.BOOL)) {
            kind = Yaml.Scalar.Kind.FLAG;
        } else if (tag.equals(Tag.NULL)) {
            kind = Yaml.Scalar.Kind.NOTHING;
        } else {
            kind = Yaml.Scalar.Kind.TEXT;
        }
        return new Yaml.Scalar(placeOf(event), event.getValue(), kind, quoted);
    }

    /** Puts a finished value into what holds it. */
    private void take(Yaml value, int weight, NodeEvent event) {
        event.getAnchor()
                .filter(anchor -> !(event instanceof AliasEvent))
                .ifPresent(anchor -> anchors.put(anchor.getValue(), new Weighed(value, weight)));
        if (!(event instanceof CollectionStartEvent)) {
            values += weight; // what is in a collection was counted on its way in
        }
        if (values > MAX_VALUES) {
            throw new Refused(placeOf(event).error("more than " + MAX_VALUES + " values, aliases counted"));
        }
        Open parent = open.peek();
        if (parent == null) {
            root = value;
        } else {
            parent.add(value, weight, placeOf(event));
        }
    }

    private void refuseTag(String tag, Event event) {
        throw new Refused(placeOf(event).error("tag '" + tag + "' is not supported"));
    }

    private Place placeOf(Event event) {
        return event.getStartMark()
                .map(mark -> new Place(file, mark.getLine() + 1, mark.getColumn() + 1))
                .orElse(Place.startOf(file));
    }

    private record Weighed(Yaml value, int weight) {}

    /** A collection whose end was not seen yet. */
    private static final class Open {
        final CollectionStartEvent start;
        final Place at;
        int weight = 1;
        private final List<Yaml> items = new ArrayList<>();
        private final List<Yaml.Entry> entries = new ArrayList<>();
        private final Set<String> keys = new HashSet<>();
        private Yaml.@Nullable Scalar key;

        Open(CollectionStartEvent start, Place at) {
            this.start = start;
            this.at = at;
        }

        boolean isMap() {
            return start instanceof MappingStartEvent;
        }

        boolean expectsKey() {
            return isMap() && key == null;
        }

        void add(Yaml value, int valueWeight, Place place) {
            weight = Math.addExact(weight, valueWeight);
            if (!isMap()) {
                items.add(value);
            } else if (key == null) {
                key = checkedKey(value, place);
            } else {
                entries.add(new Yaml.Entry(key.text(), key.at(), value));
                key = null;
            }
        }

        private Yaml.Scalar checkedKey(Yaml value, Place place) {
            if (!(value instanceof Yaml.Scalar scalar) || scalar.kind() == Yaml.Scalar.Kind.NOTHING) {
                throw new Refused(place.error("a key must be text"));
            }
            if (scalar.text().equals("<<") && !scalar.quoted()) {
                throw new Refused(place.error("merge keys ('<<') are not supported"));
            }
            if (!keys.add(scalar.text())) {
                throw new Refused(place.error("key '" + scalar.text() + "' is there twice"));
            }
            return new Yaml.Scalar(place, scalar.text(), Yaml.Scalar.Kind.TEXT, scalar.quoted());
        }

        Yaml close() {
            return isMap() ? new Yaml.Entries(at, entries) : new Yaml.Items(at, items);
        }
    }

    /** Ends the parse of this file. */
    private static final class Refused extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final transient Problem problem;

        Refused(Problem problem) {
            super(problem.toString(), null, false, false);
            this.problem = problem;
        }
    }
}
