package io.espalier.orchestrator.fleet;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * A map of known keys, read one key at a time. Every method adds a problem for a value of the wrong form and answers as
 * if the key were absent, so that one mistake does not hide the next.
 */
final class Section {

    private final Place at;
    private final String about;
    private final Map<String, Yaml.Entry> entries = new LinkedHashMap<>();
    private final Problems problems;
    private boolean hasLaterKeys;

    private Section(Place at, String about, Problems problems) {
        this.at = at;
        this.about = about;
        this.problems = problems;
    }

    /**
     * @param about names what the map is of in front of messages, {@code web3: }; may be empty
     * @return a section without entries, and a problem, if {@code value} is no map
     */
    static Section of(Yaml value, Keys keys, String about, Problems problems) {
        var section = new Section(value.at(), about, problems);
        if (!(value instanceof Yaml.Entries map)) {
            section.complain(
                    value.at(), "expected keys (" + String.join(", ", keys.known()) + "), not " + value.described());
            return section;
        }
        for (Yaml.Entry entry : map.entries()) {
            if (keys.known().contains(entry.key())) {
                section.entries.put(entry.key(), entry);
            } else if (keys.later().contains(entry.key())) {
                section.hasLaterKeys = true;
                section.complain(entry.at(), "'" + entry.key() + "' is not supported by this version of Espalier");
            } else {
                String near = Nearest.hint(entry.key(), keys.known());
                section.complain(
                        entry.at(),
                        "unknown key '" + entry.key() + "'",
                        near.isEmpty() ? "known: " + String.join(", ", keys.known()) : near);
            }
        }
        return section;
    }

    /** Where the map starts. */
    Place at() {
        return at;
    }

    /** Where the key stands, or the map if it is absent. */
    Place at(String key) {
        Yaml.Entry entry = entries.get(key);
        return entry == null ? at : entry.at();
    }

    boolean has(String key) {
        return entries.containsKey(key);
    }

    /** Whether there was a key of a later version: then nothing should be said of what is missing. */
    boolean hasLaterKeys() {
        return hasLaterKeys;
    }

    Optional<Yaml> value(String key) {
        return Optional.ofNullable(entries.get(key)).map(Yaml.Entry::value);
    }

    void complain(Place place, String message) {
        problems.add(place.error(about + message));
    }

    void complain(Place place, String message, String hint) {
        problems.add(place.error(about + message, hint));
    }

    Optional<Section> section(String key, Keys keys) {
        return value(key).map(value -> of(value, keys, about, problems));
    }

    /** Text that is not empty; a number is not text unless it is in quotes. */
    Optional<String> text(String key) {
        return value(key).flatMap(value -> text(key, value)).map(Named::name);
    }

    Optional<String> text(String key, Pattern form, String expected) {
        return named(key, form, expected).map(Named::name);
    }

    Optional<Named> named(String key, Pattern form, String expected) {
        return value(key).flatMap(value -> text(key, value)).filter(text -> has(form, expected, key, text));
    }

    /** One text or a list of texts. */
    SequencedSet<Named> names(String key, Pattern form, String expected) {
        var names = new LinkedHashSet<Named>();
        var seen = new LinkedHashSet<String>();
        for (Yaml item : items(key)) {
            text(key, item)
                    .filter(text -> has(form, expected, key, text))
                    .filter(text -> seen.add(text.name()) || complainTwice(text))
                    .ifPresent(names::add);
        }
        return names;
    }

    /** The items of a list; a single value counts as a list of one. */
    List<Yaml> items(String key) {
        return value(key)
                .map(value -> value instanceof Yaml.Items list ? list.items() : List.of(value))
                .orElse(List.of());
    }

    /** The items of a list; anything else is a problem. */
    List<Yaml> list(String key) {
        return value(key)
                .flatMap(value -> {
                    if (value instanceof Yaml.Items list) {
                        return Optional.of(list.items());
                    }
                    complainForm(key, "a list", value);
                    return Optional.empty();
                })
                .orElse(List.of());
    }

    /** The entries of a map with free keys. */
    List<Yaml.Entry> map(String key) {
        return value(key)
                .flatMap(value -> {
                    if (value instanceof Yaml.Entries map) {
                        return Optional.of(map.entries());
                    }
                    complainForm(key, "a map", value);
                    return Optional.empty();
                })
                .orElse(List.of());
    }

    Optional<Boolean> flag(String key) {
        return scalar(
                key,
                "true or false",
                scalar -> scalar.kind() == Yaml.Scalar.Kind.FLAG
                        ? Optional.of(Boolean.parseBoolean(scalar.text()))
                        : Optional.empty());
    }

    Optional<Integer> number(String key, int least, int most) {
        return scalar(
                key,
                "a number from " + least + " to " + most,
                scalar -> Scalars.integer(scalar).filter(number -> number >= least && number <= most));
    }

    /** {@code 30s}, {@code 10m}, {@code 60h}, {@code 500ms}, {@code 7d}. */
    Optional<Duration> duration(String key) {
        return scalar(key, "a time such as 30s, 10m or 60h", Scalars::duration);
    }

    /** {@code 3} or {@code 25%}. */
    Optional<RolloutPolicy.Share> share(String key) {
        return scalar(key, "a number of hosts or a share such as 25%", Scalars::share);
    }

    /** Permission bits in octal, in quotes. */
    Optional<Integer> mode(String key) {
        return value(key).flatMap(value -> {
            if (value instanceof Yaml.Scalar scalar && scalar.kind() == Yaml.Scalar.Kind.INTEGER) {
                complain(
                        value.at(),
                        "'" + key + "' must be in quotes: YAML reads " + scalar.text() + " as a decimal number",
                        "write \"" + scalar.text() + "\"");
                return Optional.empty();
            }
            return scalar(key, "octal permission bits from \"0000\" to \"0777\"", Scalars::mode);
        });
    }

    private <T> Optional<T> scalar(String key, String expected, Function<Yaml.Scalar, Optional<T>> read) {
        return value(key).flatMap(value -> {
            Optional<T> read1 = value instanceof Yaml.Scalar scalar ? read.apply(scalar) : Optional.empty();
            if (read1.isEmpty()) {
                complainForm(key, expected, value);
            }
            return read1;
        });
    }

    private Optional<Named> text(String key, Yaml value) {
        if (value instanceof Yaml.Scalar(var place, var text, var kind, var quoted) && kind == Yaml.Scalar.Kind.TEXT) {
            if (!text.isBlank()) {
                return Optional.of(new Named(place, text));
            }
            complain(place, "'" + key + "' is empty");
        } else if (value instanceof Yaml.Scalar scalar && scalar.kind() != Yaml.Scalar.Kind.NOTHING) {
            complain(
                    value.at(),
                    "'" + key + "' must be text, not " + value.described(),
                    "write \"" + scalar.text() + "\" with quotes");
        } else {
            complainForm(key, "text", value);
        }
        return Optional.empty();
    }

    private boolean has(Pattern form, String expected, String key, Named text) {
        if (form.matcher(text.name()).matches()) {
            return true;
        }
        complain(
                text.at(), "'" + key + "' cannot be '" + Scalars.shown(text.name()) + "' (expected: " + expected + ")");
        return false;
    }

    private boolean complainTwice(Named text) {
        complain(text.at(), "'" + text.name() + "' is there twice");
        return false;
    }

    private void complainForm(String key, String expected, Yaml value) {
        String given = value instanceof Yaml.Scalar scalar && scalar.kind() != Yaml.Scalar.Kind.NOTHING
                ? "'" + Scalars.shown(scalar.text()) + "'"
                : value.described();
        complain(value.at(), "'" + key + "' must be " + expected + ", not " + given);
    }

    /** For values that are read in several forms. */
    void complainForm(String key, String expected) {
        value(key).ifPresent(value -> complainForm(key, expected, value));
    }

    /** All texts of a list or single value as plain strings, in their order. */
    static List<String> plain(SequencedSet<Named> names) {
        return new ArrayList<>(names.stream().map(Named::name).toList());
    }
}
