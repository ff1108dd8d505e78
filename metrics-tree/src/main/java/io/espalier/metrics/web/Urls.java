package io.espalier.metrics.web;

import io.espalier.metrics.query.QueryException;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Parameters of a URL or a form, decoded, and parts of URLs, encoded. */
final class Urls {
    private static final int MAX_FORM = 256 << 10;
    private static final int MAX_PARAMETERS = 2000;
    private static final String PLAIN = "-._~,*()!:=@";

    private final Map<String, List<String>> values = new LinkedHashMap<>();

    private Urls() {}

    static Urls of(Exchange exchange) {
        var urls = new Urls();
        exchange.query().ifPresent(urls::add);
        return urls;
    }

    /** Those of the URL and, for a POST of a form, of its body. */
    static Urls withForm(Exchange exchange) throws IOException {
        Urls urls = of(exchange);
        if (exchange.method().equals("POST")) {
            byte[] body = exchange.body().readNBytes(MAX_FORM + 1);
            if (body.length > MAX_FORM) {
                throw new PushBody.RefusedException(413, "SIZE", "a form of more than " + MAX_FORM + " bytes");
            }
            urls.add(new String(body, StandardCharsets.UTF_8));
        }
        return urls;
    }

    /** Names and values in turn. */
    static Urls of(String... pairs) {
        var urls = new Urls();
        for (int i = 0; i < pairs.length; i += 2) {
            urls.values.put(pairs[i], List.of(pairs[i + 1]));
        }
        return urls;
    }

    /** The same, with {@code value} where {@code name} has none. */
    Urls withDefault(String name, String value) {
        if (one(name).isPresent() || value.isEmpty()) {
            return this;
        }
        var urls = new Urls();
        urls.values.putAll(values);
        urls.values.put(name, List.of(value));
        return urls;
    }

    /** A part of a path. */
    static String decoded(String part) {
        return decode(part.replace("+", "%2B"));
    }

    private void add(String encoded) {
        int count = 0;
        for (String part : encoded.split("&")) {
            if (++count > MAX_PARAMETERS) {
                throw bad("more than " + MAX_PARAMETERS + " parameters");
            }
            int equals = part.indexOf('=');
            String name = decode(equals < 0 ? part : part.substring(0, equals));
            values.computeIfAbsent(name, _ -> new ArrayList<>())
                    .add(equals < 0 ? "" : decode(part.substring(equals + 1)));
        }
    }

    private static String decode(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw bad("not URL-encoded: " + text);
        }
    }

    static QueryException bad(String message) {
        return new QueryException(QueryException.Reason.BAD_KEY, message);
    }

    List<String> all(String name) {
        return values.getOrDefault(name, List.of());
    }

    /** The last one; an empty one counts as none. */
    Optional<String> one(String name) {
        List<String> all = all(name);
        return all.isEmpty() || all.getLast().isEmpty() ? Optional.empty() : Optional.of(all.getLast());
    }

    String or(String name, String otherwise) {
        return one(name).orElse(otherwise);
    }

    int number(String name, int otherwise, int least, int most) {
        Optional<String> text = one(name);
        if (text.isEmpty()) {
            return otherwise;
        }
        try {
            int number = Integer.parseInt(text.get());
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw bad(name + ": '" + text.get() + "' (expected: a number)");
        }
        throw bad(name + ": " + text.get() + " (expected: " + least + " to " + most + ")");
    }

    /** For a path or a parameter, so that {@link io.espalier.metrics.query.Query#ofUrl} reads the same key. */
    static String encode(String text) {
        var out = new StringBuilder();
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xff);
            if (c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || PLAIN.indexOf(c) >= 0) {
                out.append(c);
            } else {
                out.append('%')
                        .append(Character.toUpperCase(Character.forDigit(c >> 4, 16)))
                        .append(Character.toUpperCase(Character.forDigit(c & 15, 16)));
            }
        }
        return out.toString();
    }

    static boolean wantsPage(Exchange exchange, Urls urls) {
        return switch (urls.or("format", "")) {
            case "json" -> false;
            case "html" -> true;
            default -> exchange.header("Accept").orElse("").contains("text/html");
        };
    }
}
