package io.espalier.backup.linux;

import java.nio.charset.StandardCharsets;

/** Names of files as strings with one char for each byte. */
public final class Names {

    private Names() {}

    /** From text, which stands for its UTF-8 bytes. */
    public static String of(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    public static byte[] bytes(String name) {
        return name.getBytes(StandardCharsets.ISO_8859_1);
    }

    public static String of(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    /** For people: UTF-8, control characters and what is no UTF-8 replaced, so that a name cannot write to a terminal. */
    public static String shown(String name) {
        String text = new String(bytes(name), StandardCharsets.UTF_8);
        var shown = new StringBuilder(text.length());
        text.codePoints()
                .map(c -> Character.isISOControl(c) || Character.getType(c) == Character.FORMAT ? 0xfffd : c)
                .forEach(shown::appendCodePoint);
        return shown.toString();
    }

    /** Folders before what is in them, siblings by their bytes: the order in which a tree is walked. */
    public static int compare(String a, String b) {
        int common = Math.min(a.length(), b.length());
        for (int i = 0; i < common; i++) {
            char one = a.charAt(i);
            char other = b.charAt(i);
            if (one != other) {
                return (one == '/' ? 0 : one) - (other == '/' ? 0 : other);
            }
        }
        return a.length() - b.length();
    }

    /** The folder that holds {@code path}; empty for what lies at the top. */
    public static String folderOf(String path) {
        int slash = path.lastIndexOf('/');
        return slash < 0 ? "" : path.substring(0, slash);
    }

    public static String nameOf(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    /** True if {@code path} is {@code folder} or below it; everything is below the empty path. */
    public static boolean isBelow(String path, String folder) {
        return folder.isEmpty()
                || (path.startsWith(folder)
                        && (path.length() == folder.length() || path.charAt(folder.length()) == '/'));
    }

    /** True if it may be one name in a folder. */
    public static boolean isName(String name) {
        return !name.isEmpty()
                && name.length() <= 255
                && !name.equals(".")
                && !name.equals("..")
                && name.indexOf('/') < 0
                && name.indexOf('\0') < 0
                && name.chars().allMatch(c -> c < 256);
    }

    /** True if it is a relative path of names, none of which leads up. */
    public static boolean isPath(String path) {
        if (path.isEmpty() || path.length() > 1 << 16) {
            return false;
        }
        for (String name : path.split("/", -1)) {
            if (!isName(name)) {
                return false;
            }
        }
        return true;
    }
}
