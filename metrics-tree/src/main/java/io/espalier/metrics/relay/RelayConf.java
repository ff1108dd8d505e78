package io.espalier.metrics.relay;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Where a relay sends what: {@code relay.conf}.
 *
 * @param upstreams by name, in the order of the file
 * @param routes    which upstreams get what stands at and below a key; the longest key wins
 * @param spool     bytes on disk that what is not sent yet may take
 */
public record RelayConf(Map<String, Target> upstreams, Map<List<String>, Set<String>> routes, long spool) {
    /**
     * A tree or another relay.
     *
     * @param token the file with the token that it wants, if it wants one
     */
    public record Target(URI url, Optional<Path> token) {
        public Target(URI url) {
            this(url, Optional.empty());
        }
    }

    /** Unless the file says otherwise. */
    public static final long SPOOL = 1L << 30;

    private static final long LEAST_SPOOL = 1 << 20;
    private static final int MAX_SIZE = 1 << 20;
    private static final int MAX_ERRORS = 20;
    private static final int MAX_UPSTREAMS = 100;
    private static final String NOWHERE = "nowhere";

    public RelayConf {
        upstreams = Map.copyOf(upstreams);
        routes = Map.copyOf(routes);
    }

    /** All of it to one tree. */
    public static RelayConf to(Target upstream) {
        return new RelayConf(Map.of("upstream", upstream), Map.of(List.of(), Set.of("upstream")), SPOOL);
    }

    /** @throws IllegalArgumentException with a line {@code FILE:LINE:COLUMN: what} for each error */
    public static RelayConf read(Path file) throws IOException {
        if (Files.size(file) > MAX_SIZE) {
            throw new IllegalArgumentException(file + ": more than " + MAX_SIZE + " bytes");
        }
        return parse(file.toString(), Files.readString(file, StandardCharsets.UTF_8));
    }

    /** @param name of the file, for messages */
    static RelayConf parse(String name, String text) {
        var parser = new Parser();
        var errors = new ArrayList<String>();
        String[] lines = text.split("\n", -1);
        for (int i = 0; i < lines.length; i++) {
            try {
                parser.line(words(lines[i]), lines[i].stripTrailing().length() + 1);
            } catch (BadLineException e) {
                errors.add(name + ":" + (i + 1) + ":" + e.column + ": " + e.getMessage());
            }
        }
        if (errors.isEmpty() && parser.upstreams.isEmpty()) {
            errors.add(name + ":1:1: no upstream (expected: upstream NAME http://HOST:PORT)");
        }
        if (errors.isEmpty() && parser.routes.isEmpty()) {
            if (parser.upstreams.size() > 1) {
                errors.add(name + ":" + lines.length + ":1: several upstreams, and nothing says what they get"
                        + " (expected: send KEY NAME)");
            }
            parser.routes.put(List.of(), Set.copyOf(parser.upstreams.keySet()));
        }
        if (!errors.isEmpty()) {
            throw new IllegalArgumentException(
                    String.join("\n", errors.subList(0, Math.min(MAX_ERRORS, errors.size()))));
        }
        return new RelayConf(parser.upstreams, parser.routes, parser.spool);
    }

    /** A word and where it begins, from 1. */
    private record Word(int column, String text) {}

    private static List<Word> words(String line) {
        int hash = line.indexOf('#');
        int end = hash < 0 ? line.length() : hash;
        var words = new ArrayList<Word>();
        int at = 0;
        while (true) {
            while (at < end && Character.isWhitespace(line.charAt(at))) {
                at++;
            }
            if (at == end) {
                return words;
            }
            int from = at;
            while (at < end && !Character.isWhitespace(line.charAt(at))) {
                at++;
            }
            words.add(new Word(from + 1, line.substring(from, at)));
        }
    }

    private static final class BadLineException extends Exception {
        private static final long serialVersionUID = 1;

        private final int column;

        BadLineException(int column, String message) {
            super(message);
            this.column = column;
        }
    }

    /** Of one file, line after line. */
    private static final class Parser {
        private final Map<String, Target> upstreams = new LinkedHashMap<>();
        private final Map<List<String>, Set<String>> routes = new LinkedHashMap<>();
        private long spool = SPOOL;
        private boolean isSpoolSet;

        void line(List<Word> words, int end) throws BadLineException {
            if (words.isEmpty()) {
                return;
            }
            Word first = words.getFirst();
            switch (first.text) {
                case "upstream" -> upstream(between(words, 3, 4, end, "upstream NAME http://HOST:PORT [TOKEN-FILE]"));
                case "send" -> send(words, end);
                case "spool" ->
                    spool(exactly(words, 2, end, "spool SIZE, such as 1GiB").getLast());
                default ->
                    throw new BadLineException(
                            first.column, "no setting named '" + first.text + "' (upstream, send, spool)");
            }
        }

        private static List<Word> exactly(List<Word> words, int count, int end, String form) throws BadLineException {
            return between(words, count, count, end, form);
        }

        private static List<Word> between(List<Word> words, int least, int most, int end, String form)
                throws BadLineException {
            if (words.size() < least) {
                throw new BadLineException(end, "something is missing (expected: " + form + ")");
            }
            if (words.size() > most) {
                throw new BadLineException(words.get(most).column, "too much (expected: " + form + ")");
            }
            return words;
        }

        private void upstream(List<Word> words) throws BadLineException {
            Word name = words.get(1);
            if (!name.text.matches("[a-z0-9-]{1,64}") || name.text.equals(NOWHERE)) {
                throw new BadLineException(name.column, "'" + name.text + "': a name of a-z, 0-9 and - expected");
            }
            if (upstreams.size() == MAX_UPSTREAMS) {
                throw new BadLineException(name.column, "more than " + MAX_UPSTREAMS + " upstreams");
            }
            Optional<Path> token = words.size() > 3 ? Optional.of(file(words.get(3))) : Optional.empty();
            if (upstreams.putIfAbsent(name.text, new Target(url(words.get(2)), token)) != null) {
                throw new BadLineException(name.column, "a second upstream named '" + name.text + "'");
            }
        }

        private static Path file(Word word) throws BadLineException {
            try {
                Path file = Path.of(word.text);
                if (file.isAbsolute()) {
                    return file;
                }
            } catch (InvalidPathException e) {
                // Said below.
            }
            throw new BadLineException(word.column, "'" + word.text + "': an absolute path expected");
        }

        private static URI url(Word word) throws BadLineException {
            try {
                return RelayConf.url(word.text);
            } catch (IllegalArgumentException e) {
                throw new BadLineException(word.column, String.valueOf(e.getMessage()));
            }
        }

        private void send(List<Word> words, int end) throws BadLineException {
            if (words.size() < 3) {
                throw new BadLineException(end, "something is missing (expected: send KEY NAME..., or nowhere)");
            }
            List<String> path = path(words.get(1));
            var to = new LinkedHashSet<String>();
            for (Word word : words.subList(2, words.size())) {
                if (!word.text.equals(NOWHERE) && !upstreams.containsKey(word.text)) {
                    throw new BadLineException(word.column, "no upstream named '" + word.text + "' above");
                }
                if (!to.add(word.text)) {
                    throw new BadLineException(word.column, "'" + word.text + "' twice");
                }
            }
            if (to.contains(NOWHERE) && to.size() > 1) {
                throw new BadLineException(words.get(2).column, NOWHERE + " stands alone");
            }
            to.remove(NOWHERE);
            if (routes.putIfAbsent(path, Set.copyOf(to)) != null) {
                throw new BadLineException(words.get(1).column, "this key is in a line above");
            }
        }

        /** {@code br,ie}; {@code %2C} and its like for what the grammar takes. */
        private static List<String> path(Word key) throws BadLineException {
            if (key.text.equals("*")) {
                return List.of();
            }
            var path = new ArrayList<String>();
            int at = key.column;
            for (String name : key.text.split(",", -1)) {
                if (name.isEmpty() || name.contains("*") || name.contains("?") || name.contains("|")) {
                    throw new BadLineException(at, "'" + name + "': names, no patterns (or * alone: everything)");
                }
                try {
                    path.add(URLDecoder.decode(name.replace("+", "%2B"), StandardCharsets.UTF_8));
                } catch (IllegalArgumentException e) {
                    throw new BadLineException(at, "'" + name + "': a % without its two hex digits");
                }
                at += name.length() + 1;
            }
            return List.copyOf(path);
        }

        private void spool(Word size) throws BadLineException {
            if (isSpoolSet) {
                throw new BadLineException(size.column, "a second size");
            }
            isSpoolSet = true;
            spool = size(size);
        }

        private static long size(Word word) throws BadLineException {
            String digits = word.text.replaceFirst("(KiB|MiB|GiB|TiB)$", "");
            int shift = switch (word.text.substring(digits.length())) {
                case "KiB" -> 10;
                case "MiB" -> 20;
                case "GiB" -> 30;
                case "TiB" -> 40;
                default -> 0;
            };
            if (!digits.matches("[0-9]{1,6}") || Long.parseLong(digits) << shift < LEAST_SPOOL) {
                throw new BadLineException(
                        word.column, "'" + word.text + "': a size of at least 1MiB expected, such as 512MiB or 1GiB");
            }
            return Long.parseLong(digits) << shift;
        }
    }

    /** @throws IllegalArgumentException if parcels cannot be sent there */
    public static URI url(String text) {
        try {
            var url = new URI(text);
            boolean isHttp = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
            if (isHttp && url.getHost() != null && url.getRawQuery() == null && url.getRawFragment() == null) {
                if (url.getRawUserInfo() != null) {
                    throw new IllegalArgumentException("a URL without user and password expected");
                }
                return url;
            }
        } catch (URISyntaxException e) {
            // Said below.
        }
        throw new IllegalArgumentException("'" + text + "': a URL such as http://10.0.0.5:8080 expected");
    }
}
