package io.espalier.metrics.trend;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Times as people and Graphite write them, in UTC: {@code now}, {@code -6h}, {@code now-1d}, {@code today},
 * {@code yesterday}, {@code midnight}, {@code 1700000000} (seconds; 13 digits: milliseconds),
 * {@code 2026-03-01T12:00:00Z}, {@code 2026-03-01}, {@code 20260301}, {@code 12:30_20260301}.
 */
public final class Moments {
    private static final Map<String, Long> UNITS = Map.ofEntries(
            Map.entry("s", 1L),
            Map.entry("sec", 1L),
            Map.entry("second", 1L),
            Map.entry("m", 60L),
            Map.entry("min", 60L),
            Map.entry("minute", 60L),
            Map.entry("h", 3600L),
            Map.entry("hour", 3600L),
            Map.entry("d", 86_400L),
            Map.entry("day", 86_400L),
            Map.entry("w", 604_800L),
            Map.entry("week", 604_800L),
            Map.entry("mon", 2_592_000L),
            Map.entry("month", 2_592_000L),
            Map.entry("y", 31_536_000L),
            Map.entry("year", 31_536_000L));
    private static final Pattern SPAN = Pattern.compile("(\\d{1,9})\\s*([a-z]+)");
    private static final Pattern SINCE =
            Pattern.compile("(now|today|midnight|yesterday|)\\s*([+-])\\s*(\\d{1,9}[a-z]+)");
    private static final long MILLIS = 100_000_000_000L;

    private Moments() {}

    /** Seconds of {@code 6h}, {@code 5min}, {@code 1d}, {@code 90}. */
    public static Optional<Long> span(String text) {
        String lower = text.strip().toLowerCase(Locale.ROOT);
        if (lower.matches("\\d{1,9}")) {
            return Optional.of(Long.parseLong(lower));
        }
        Matcher found = SPAN.matcher(lower);
        if (!found.matches()) {
            return Optional.empty();
        }
        String unit = found.group(2);
        long n = Long.parseLong(found.group(1));
        return Optional.ofNullable(UNITS.get(unit))
                .or(() -> unit.endsWith("s")
                        ? Optional.ofNullable(UNITS.get(unit.substring(0, unit.length() - 1)))
                        : Optional.empty())
                .map(seconds -> n * seconds);
    }

    /**
     * Seconds since 1970.
     *
     * @throws TrendException with BAD_RANGE
     */
    public static long parse(String text, Instant now) {
        String lower = text.strip().toLowerCase(Locale.ROOT);
        Matcher since = SINCE.matcher(lower);
        try {
            if (since.matches()) {
                long base = word(since.group(1).isEmpty() ? "now" : since.group(1), now)
                        .orElseThrow(() -> bad(text));
                long by = span(since.group(3)).orElseThrow(() -> bad(text));
                return since.group(2).equals("-") ? base - by : base + by;
            }
            Optional<Long> word = word(lower, now);
            if (word.isPresent()) {
                return word.get();
            }
            if (lower.matches("\\d{9,15}")) {
                long number = Long.parseLong(lower);
                return number >= MILLIS ? number / 1000 : number;
            }
            return date(text.strip());
        } catch (DateTimeException e) {
            throw bad(text);
        }
    }

    private static Optional<Long> word(String word, Instant now) {
        long midnight = Math.floorDiv(now.getEpochSecond(), 86_400L) * 86_400;
        return switch (word) {
            case "now" -> Optional.of(now.getEpochSecond());
            case "today", "midnight" -> Optional.of(midnight);
            case "yesterday" -> Optional.of(midnight - 86_400);
            default -> Optional.empty();
        };
    }

    private static long date(String text) {
        if (text.matches("\\d{8}")) {
            return LocalDate.parse(text, DateTimeFormatter.BASIC_ISO_DATE)
                    .atStartOfDay(ZoneOffset.UTC)
                    .toEpochSecond();
        }
        if (text.matches("\\d{2}:\\d{2}_\\d{8}")) {
            return LocalDate.parse(text.substring(6), DateTimeFormatter.BASIC_ISO_DATE)
                    .atTime(LocalTime.parse(text.substring(0, 5)))
                    .toEpochSecond(ZoneOffset.UTC);
        }
        if (text.matches("\\d{4}-\\d{2}-\\d{2}")) {
            return LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toEpochSecond();
        }
        if (text.matches("\\d{4}-\\d{2}-\\d{2}[T ]\\d{2}:\\d{2}(:\\d{2})?(\\.\\d+)?")) {
            return LocalDateTime.parse(text.replace(' ', 'T')).toEpochSecond(ZoneOffset.UTC);
        }
        return OffsetDateTime.parse(text).toEpochSecond();
    }

    private static TrendException bad(String text) {
        return new TrendException(
                TrendException.Reason.BAD_RANGE,
                "'" + text + "' is no time (expected: now, -6h, today, 1700000000, 2026-03-01T12:00:00Z)");
    }
}
