package io.espalier.metrics.graph;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Round numbers and times along an axis, and how they are written. */
final class Ticks {
    private static final long[] STEPS = {
        1,
        2,
        5,
        10,
        15,
        30,
        60,
        120,
        300,
        600,
        900,
        1800,
        3600,
        7200,
        10800,
        21600,
        43200,
        86_400,
        172_800,
        604_800,
        1_209_600,
        2_592_000,
        7_776_000,
        31_536_000
    };

    private Ticks() {}

    /** About {@code wanted} round numbers from {@code low} to {@code high}. */
    static List<Double> values(double low, double high, int wanted) {
        double raw = (high - low) / Math.max(1, wanted);
        double power = Math.pow(10, Math.floor(Math.log10(raw)));
        double step = power;
        for (double factor : new double[] {1, 2, 5, 10}) {
            step = factor * power;
            if (step >= raw * 0.75) {
                break;
            }
        }
        var ticks = new ArrayList<Double>();
        for (double n = Math.ceil(low / step - 1e-9) + 0.0; n * step <= high + step * 1e-9 && ticks.size() < 50; n++) {
            ticks.add(n * step);
        }
        return ticks.size() < 3 && wanted < 12 ? values(low, high, wanted + 2) : ticks;
    }

    /** With k, M, G for large ones and no more digits than tell them apart. */
    static String value(double value, String unit) {
        if (unit.equals("%")) {
            return digits(value) + " %";
        }
        double magnitude = Math.abs(value);
        String[] prefixes = {"", "k", "M", "G", "T", "P", "E"};
        int p = 0;
        while (magnitude >= 1000 && p + 1 < prefixes.length) {
            magnitude /= 1000;
            p++;
        }
        String number = digits(Math.copySign(magnitude, value));
        String suffix = prefixes[p] + unit;
        return suffix.isEmpty() ? number : number + " " + suffix;
    }

    private static String digits(double value) {
        if (value == 0) {
            return "0";
        }
        if (Math.abs(value) < 1e-3 || Math.abs(value) >= 1e6) {
            return String.format(Locale.ROOT, "%.1e", value);
        }
        String text = String.format(
                Locale.ROOT,
                Math.abs(value) < 0.1
                        ? "%.4f"
                        : Math.abs(value) < 10 ? "%.2f" : Math.abs(value) < 100 ? "%.1f" : "%.0f",
                value);
        return text.indexOf('.') < 0 ? text : text.replaceAll("0+$", "").replaceAll("\\.$", "");
    }

    static long step(long from, long to, int wanted) {
        for (long step : STEPS) {
            if ((to - from) / step <= wanted) {
                return step;
            }
        }
        return STEPS[STEPS.length - 1];
    }

    static List<Long> times(long from, long to, int wanted) {
        long step = step(from, to, wanted);
        var ticks = new ArrayList<Long>();
        for (long time = -Math.floorDiv(-from, step) * step; time <= to; time += step) {
            ticks.add(time);
        }
        return ticks;
    }

    /** In UTC, as much as tells the ticks apart. */
    static String time(long seconds, long step, long span) {
        String pattern = step < 60 ? "HH:mm:ss" : step < 86_400 ? span > 86_400 * 2 ? "d MMM HH:mm" : "HH:mm" : "d MMM";
        if (span > 300L * 86_400) {
            pattern = "d MMM yyyy";
        }
        return DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH)
                .format(Instant.ofEpochSecond(seconds).atOffset(ZoneOffset.UTC));
    }
}
