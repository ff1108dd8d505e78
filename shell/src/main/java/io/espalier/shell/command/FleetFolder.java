package io.espalier.shell.command;

import io.espalier.shell.console.Console;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.FileVisitor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;

/** The files of a folder, as a validation sends them. */
final class FleetFolder {
    private static final long MOST_BYTES = 16L << 20;
    private static final int MOST_FILES = 20_000;

    private FleetFolder() {}

    /**
     * Every regular file, base64 by its relative path. Leaves out {@code .git} and {@code .svn}, and links, which a fleet
     * source does not have.
     *
     * @throws CommandException if it is no folder, or larger than a fleet is
     */
    static Map<String, String> read(Path folder, Console console) {
        if (!Files.isDirectory(folder)) {
            throw CommandException.usage(
                    folder + (Files.exists(folder) ? " is not a folder" : " does not exist"),
                    "Give the folder that holds fleet.yaml.");
        }
        var files = new TreeMap<String, String>();
        try {
            Files.walkFileTree(folder, visitor(folder, files, console));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + folder, e);
        }
        if (files.isEmpty()) {
            throw CommandException.usage(folder + " holds no files", "Give the folder that holds fleet.yaml.");
        }
        return files;
    }

    private static FileVisitor<Path> visitor(Path folder, Map<String, String> files, Console console) {
        return new SimpleFileVisitor<>() {
            private long bytes;

            @Override
            public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes attributes) {
                Path name = dir.getFileName();
                boolean hidden = !dir.equals(folder)
                        && name != null
                        && (name.toString().equals(".git") || name.toString().equals(".svn"));
                return hidden ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                String name = folder.relativize(file).toString();
                if (name.equals(".git")) {
                    return FileVisitResult.CONTINUE; // a worktree's
                }
                if (!attributes.isRegularFile()) {
                    console.say("left out, not a regular file: " + name);
                    return FileVisitResult.CONTINUE;
                }
                bytes += attributes.size();
                if (bytes > MOST_BYTES || files.size() >= MOST_FILES) {
                    throw CommandException.failed(
                            folder + " holds more than " + (MOST_BYTES >> 20) + " MiB or " + MOST_FILES + " files",
                            "Is it the fleet's own folder?");
                }
                files.put(name, Base64.getEncoder().encodeToString(Files.readAllBytes(file)));
                return FileVisitResult.CONTINUE;
            }
        };
    }
}
