package io.espalier.httpdns.dialect;

import io.espalier.httpdns.access.Reason;
import io.espalier.httpdns.access.RefusedException;
import java.net.IDN;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;

/**
 * A name as it was asked and as DNS knows it.
 *
 * @param spelled as in the request; SDKs compare it letter by letter
 * @param name lower-case A-labels without the dot at the end; empty for the root
 */
record Host(String spelled, String name) {
    private static final int MAX_NAME = 253;
    private static final int MAX_LABEL = 63;

    /** These mean another name in IDNA 2008 than in IDNA 2003, which is all that the JDK knows. */
    private static final String AMBIGUOUS = "\u00df\u03c2\u200c\u200d\u1e9e";

    /** @throws RefusedException with what is wrong about it */
    static Host parse(String text) throws RefusedException {
        var name = text;
        if (!isAscii(name)) {
            name = toAscii(name);
        }
        name = name.toLowerCase(Locale.ROOT);
        if (name.equals(".")) {
            return new Host(text, "");
        }
        if (name.endsWith(".")) {
            name = name.substring(0, name.length() - 1);
        }
        if (name.isEmpty()) {
            throw new RefusedException(Reason.MISSING_NAME, "an empty name");
        }
        if (name.length() > MAX_NAME) {
            throw new RefusedException(
                    Reason.NAME_TOO_LONG, "a name of " + name.length() + " characters (at most " + MAX_NAME + ")");
        }
        checkLabels(name);
        return new Host(text, name);
    }

    private static String toAscii(String name) throws RefusedException {
        if (name.length() > MAX_NAME) {
            throw new RefusedException(Reason.NAME_TOO_LONG, "a name of more than " + MAX_NAME + " characters");
        }
        if (name.chars().anyMatch(c -> AMBIGUOUS.indexOf(c) >= 0)) {
            throw new RefusedException(
                    Reason.MALFORMED_NAME, "a letter whose meaning depends on the version of IDNA; send A-labels");
        }
        try {
            return IDN.toASCII(name, IDN.USE_STD3_ASCII_RULES);
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            throw new RefusedException(Reason.MALFORMED_NAME, "not an internationalised name");
        }
    }

    private static void checkLabels(String name) throws RefusedException {
        var label = 0;
        for (var i = 0; i <= name.length(); i++) {
            var c = i == name.length() ? '.' : name.charAt(i);
            if (c == '.') {
                if (label == 0) {
                    throw new RefusedException(Reason.MALFORMED_NAME, "an empty label");
                }
                if (label > MAX_LABEL) {
                    throw new RefusedException(
                            Reason.NAME_TOO_LONG, "a label of " + label + " characters (at most " + MAX_LABEL + ")");
                }
                label = 0;
            } else if (mayStand(c)) {
                label++;
            } else {
                throw new RefusedException(
                        Reason.MALFORMED_NAME, "a name may have letters, digits, '-', '_' and '/' only");
            }
        }
    }

    // '_' begins services (SRV), '/' divides reverse zones (RFC 2317).
    static boolean mayStand(int c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '/';
    }

    private static boolean isAscii(String text) {
        for (var i = 0; i < text.length(); i++) {
            if (text.charAt(i) >= 0x80) {
                return false;
            }
        }
        return true;
    }

    /**
     * Reads lists of names, split by commas. The same name twice is asked once.
     *
     * @throws RefusedException if there is none, or more than {@code max}
     */
    static List<Host> list(List<String> lists, int max) throws RefusedException {
        var hosts = new LinkedHashMap<String, Host>();
        for (var list : lists) {
            for (var from = 0; from <= list.length(); ) {
                var end = list.indexOf(',', from);
                end = end < 0 ? list.length() : end;
                var text = list.substring(from, end).strip();
                if (!text.isEmpty()) {
                    var host = parse(text);
                    hosts.putIfAbsent(host.name, host);
                    if (hosts.size() > max) {
                        throw new RefusedException(Reason.TOO_MANY_NAMES, "more than " + max + " names");
                    }
                }
                from = end + 1;
            }
        }
        if (hosts.isEmpty()) {
            throw new RefusedException(Reason.MISSING_NAME, "no name to look up");
        }
        return new ArrayList<>(hosts.values());
    }
}
