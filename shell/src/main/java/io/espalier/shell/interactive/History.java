package io.espalier.shell.interactive;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;

/** Where typed lines are kept: {@code ~/.local/state/espalier/history}, readable by its owner only. */
final class History {
    /** JLine's pattern of lines that are not kept. */
    static final String IGNORED = "*--token*:*--password*";

    static final int MOST_LINES = 2000;

    private History() {}

    /** Empty if it cannot be kept: the shell works without. */
    static Optional<Path> file(Map<String, String> env, Path home) {
        String state = env.getOrDefault("XDG_STATE_HOME", "");
        Path base = state.startsWith("/") ? Path.of(state) : home.resolve(".local/state");
        Path file = base.resolve("espalier/history");
        try {
            Files.createDirectories(file.getParent());
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        } catch (FileAlreadyExistsException _) {
            return Optional.of(file);
        } catch (IOException | UnsupportedOperationException _) {
            return Optional.empty();
        }
        return Optional.of(file);
    }
}
