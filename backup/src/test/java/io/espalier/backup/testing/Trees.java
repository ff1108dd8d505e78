package io.espalier.backup.testing;

import io.espalier.testkit.Ran;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/** Trees of files that a seed decides, and what one can see of a tree without the product. */
public final class Trees {

    private Trees() {}

    /** Fills {@code root}: folders, files of all sizes, holes, links of both kinds, odd modes and names. */
    public static void grow(Path root, long seed) throws IOException {
        var random = new Random(seed);
        Files.createDirectories(root);
        var folders = new ArrayList<>(List.of(root));
        var files = new ArrayList<Path>();
        int count = 15 + random.nextInt(30);
        for (int i = 0; i < count; i++) {
            Path folder = folders.get(random.nextInt(folders.size()));
            Path path = folder.resolve(name(random, i));
            switch (random.nextInt(10)) {
                case 0, 1 -> folders.add(Files.createDirectory(path));
                case 2 ->
                    Files.createSymbolicLink(path, Path.of(random.nextBoolean() ? "../nowhere" : "/no/such/file"));
                case 3 -> {
                    if (files.isEmpty()) {
                        Files.createFile(path);
                    } else {
                        Files.createLink(path, files.get(random.nextInt(files.size())));
                    }
                }
                case 4 -> {
                    holes(path, random);
                    files.add(path);
                }
                case 5 -> Ran.of(Duration.ofSeconds(5), "mkfifo", path.toString());
                default -> {
                    Files.write(path, content(random));
                    files.add(path);
                }
            }
        }
        for (Path file : files) {
            Files.setPosixFilePermissions(
                    file,
                    PosixFilePermissions.fromString(List.of("rw-------", "rwxr-xr-x", "r--r--r--", "rw-rw-r--")
                            .get(random.nextInt(4))));
            Files.setLastModifiedTime(file, FileTime.fromMillis(random.nextLong(2_000_000_000_000L)));
        }
        for (int i = folders.size() - 1; i > 0; i--) {
            Files.setPosixFilePermissions(
                    folders.get(i),
                    PosixFilePermissions.fromString(List.of("rwx------", "rwxr-xr-x", "r-xr-xr-x", "rwxrwxrwx")
                            .get(random.nextInt(4))));
            Files.setLastModifiedTime(folders.get(i), FileTime.fromMillis(random.nextLong(2_000_000_000_000L)));
        }
    }

    private static String name(Random random, int i) {
        return switch (random.nextInt(6)) {
            case 0 -> "n" + i + " with blanks";
            case 1 -> "\u00fc-\u65e5\u672c-" + i;
            case 2 -> "line\nbreak" + i;
            case 3 -> "." + i;
            default -> "n" + i;
        };
    }

    private static byte[] content(Random random) {
        int size = switch (random.nextInt(6)) {
            case 0 -> 0;
            case 1 -> random.nextInt(20);
            case 2 -> 4096;
            case 3 -> random.nextInt(3 << 20);
            default -> random.nextInt(20_000);
        };
        byte[] bytes = new byte[size];
        random.nextBytes(bytes);
        if (random.nextBoolean()) {
            for (int i = 0; i < size; i++) {
                bytes[i] = (byte) ('a' + (bytes[i] & 3));
            }
        }
        return bytes;
    }

    private static void holes(Path path, Random random) throws IOException {
        try (var file = new RandomAccessFile(path.toFile(), "rw")) {
            for (int i = random.nextInt(4); i > 0; i--) {
                file.seek(random.nextLong(8L << 20));
                byte[] some = new byte[random.nextInt(9000)];
                random.nextBytes(some);
                file.write(some);
            }
            file.setLength(file.length() + random.nextInt(1 << 20));
        }
    }

    /** One line for each entry below {@code root}: everything that must survive a restore. */
    public static Map<String, String> seen(Path root) throws IOException {
        var seen = new TreeMap<String, String>();
        Map<Object, String> firstNames = new HashMap<>();
        List<Path> paths;
        try (var walk = Files.walk(root)) {
            paths = walk.sorted().toList();
        }
        for (Path path : paths) {
            String name = root.relativize(path).toString();
            Map<String, Object> a = Files.readAttributes(path, "unix:*", LinkOption.NOFOLLOW_LINKS);
            var line = new StringBuilder();
            line.append(Integer.toOctalString((int) a.get("mode"))).append(' ').append(a.get("uid"));
            line.append(' ').append(a.get("gid")).append(' ').append(a.get("rdev"));
            if (!name.isEmpty()) {
                line.append(' ').append(a.get("lastModifiedTime"));
            }
            if (Files.isSymbolicLink(path)) {
                line.append(" -> ").append(Files.readSymbolicLink(path));
            } else if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
                line.append(' ').append(a.get("size")).append(' ').append(hash(Files.readAllBytes(path)));
                line.append(' ').append(firstNames.computeIfAbsent(a.get("ino"), ino -> name));
                line.append(' ').append(a.get("nlink"));
            }
            seen.put(name, line.toString());
        }
        return seen;
    }

    public static String hash(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
