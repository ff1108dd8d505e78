package io.espalier.orchestrator.fleet;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The small value forms of the fleet format. */
final class Scalars {

    private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s|m|h|d)");
    private static final Pattern PERCENT = Pattern.compile("(\\d{1,3})%");
    private static final Pattern MODE = Pattern.compile("0?[0-7]{3}");

    private Scalars() {}

    static Optional<Duration> duration(Yaml.Scalar scalar) {
        Matcher matcher = DURATION.matcher(scalar.text());
        if (!matcher.matches()) {
            return Optional.empty();
        }
        long count = Long.parseLong(matcher.group(1));
        Duration duration = switch (matcher.group(2)) {
            case "ms" -> Duration.ofMillis(count);
            case "s" -> Duration.ofSeconds(count);
            case "m" -> Duration.ofMinutes(count);
            case "h" -> Duration.ofHours(count);
            default -> Duration.ofDays(count);
        };
        return duration.compareTo(Duration.ofDays(3_650)) > 0 ? Optional.empty() : Optional.of(duration);
    }

    static Optional<RolloutPolicy.Share> share(Yaml.Scalar scalar) {
        Matcher percent = PERCENT.matcher(scalar.text());
        if (percent.matches()) {
            int value = Integer.parseInt(percent.group(1));
            return value > 100 ? Optional.empty() : Optional.of(new RolloutPolicy.Share.Percent(value));
        }
        return integer(scalar).filter(count -> count >= 0).map(RolloutPolicy.Share.Hosts::new);
    }

    static Optional<Integer> mode(Yaml.Scalar scalar) {
        return MODE.matcher(scalar.text()).matches() && scalar.quoted()
                ? Optional.of(Integer.parseInt(scalar.text(), 8))
                : Optional.empty();
    }

    static Optional<Integer> integer(Yaml.Scalar scalar) {
        return scalar.kind() != Yaml.Scalar.Kind.INTEGER
                ? Optional.empty()
                : Optional.of(whole(scalar.text()))
                        .filter(value -> value.bitLength() < Integer.SIZE)
                        .map(BigInteger::intValueExact);
    }

    /** A number of YAML's core schema; decimals keep the digits that were written. Empty for infinity and not-a-number. */
    static Optional<Number> number(Yaml.Scalar scalar) {
        if (scalar.text().length() > 100) {
            return Optional.empty();
        }
        if (scalar.kind() == Yaml.Scalar.Kind.INTEGER) {
            BigInteger value = whole(scalar.text());
            return Optional.of(value.bitLength() < Long.SIZE ? (Number) value.longValueExact() : value);
        }
        try {
            var value = new BigDecimal(scalar.text());
            return Math.abs((long) value.scale()) > 400 ? Optional.empty() : Optional.of(value);
        } catch (NumberFormatException infinite) {
            return Optional.empty();
        }
    }

    private static BigInteger whole(String text) {
        return text.startsWith("0x")
                ? new BigInteger(text.substring(2), 16)
                : text.startsWith("0o") ? new BigInteger(text.substring(2), 8) : new BigInteger(text);
    }

    /** Short and printable, for a message. */
    static String shown(String text) {
        String start = text.length() > 80 ? text.substring(0, 80) + "..." : text;
        return start.codePoints()
                .mapToObj(c -> Character.isISOControl(c) ? "\\x%02x".formatted(c) : Character.toString(c))
                .collect(java.util.stream.Collectors.joining());
    }
}
