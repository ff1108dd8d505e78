package io.espalier.orchestrator.web;

import java.util.Locale;

/** Sizes as people say them, for templates. */
public final class Sizes {

    private static final String[] UNITS = {"kB", "MB", "GB", "TB"};

    Sizes() {}

    /** {@code 812 B}, {@code 4.1 kB}, {@code 17 GB}; powers of 1024. */
    public String of(long bytes) {
        if (bytes < 1024) {
            return bytes + " B";
        }
        double value = bytes;
        int unit = -1;
        while (value >= 1024 && unit < UNITS.length - 1) {
            value /= 1024;
            unit++;
        }
        return String.format(Locale.ROOT, value < 10 ? "%.1f %s" : "%.0f %s", value, UNITS[unit]);
    }
}
