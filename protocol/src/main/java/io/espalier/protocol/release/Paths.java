package io.espalier.protocol.release;

import java.text.Normalizer;

/**
 * The one rule for paths in a release. It only keeps nonsense out early: what protects a host is that its agent opens
 * every path beneath its root without following links.
 */
public final class Paths {

    /** The most bytes of one path and of one name in it (Linux PATH_MAX and NAME_MAX, with room for temporary names). */
    public static final int MAX_PATH = 3_500;

    public static final int MAX_NAME = 200;

    private Paths() {}

    /** @throws IllegalArgumentException unless {@code path} is absolute, normal, printable and names a file */
    public static void check(String path) {
        String trouble = troubleWith(path);
        if (!trouble.isEmpty()) {
            throw new IllegalArgumentException("path: " + printable(path) + " (" + trouble + ")");
        }
    }

    /** @throws IllegalArgumentException unless {@code path} is as {@link #check} wants it with one slash behind */
    public static void checkFolder(String path) {
        if (!path.endsWith("/") || path.length() < 2) {
            throw new IllegalArgumentException("folder: " + printable(path) + " (expected: /name/.../)");
        }
        check(path.substring(0, path.length() - 1));
    }

    private static String troubleWith(String path) {
        if (!path.startsWith("/")) {
            return "expected: absolute";
        }
        if (path.getBytes(java.nio.charset.StandardCharsets.UTF_8).length > MAX_PATH) {
            return "expected: at most " + MAX_PATH + " bytes";
        }
        if (path.chars().anyMatch(c -> c < 0x20 || c == 0x7f)) {
            return "control character";
        }
        if (path.codePoints().anyMatch(c -> c >= 0xd800 && c <= 0xdfff)) {
            return "not Unicode text";
        }
        if (!Normalizer.isNormalized(path, Normalizer.Form.NFC)) {
            return "expected: Unicode normal form C";
        }
        for (String name : path.substring(1).split("/", -1)) {
            if (name.isEmpty() || name.equals(".") || name.equals("..")) {
                return "empty name, '.' or '..'";
            }
            if (name.getBytes(java.nio.charset.StandardCharsets.UTF_8).length > MAX_NAME) {
                return "expected: names of at most " + MAX_NAME + " bytes";
            }
        }
        return "";
    }

    private static String printable(String path) {
        return path.codePoints()
                .limit(200)
                .mapToObj(c -> c < 0x20 || c == 0x7f ? "\\x%02x".formatted(c) : Character.toString(c))
                .collect(java.util.stream.Collectors.joining());
    }
}
