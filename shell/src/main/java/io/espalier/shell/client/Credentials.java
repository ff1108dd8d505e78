package io.espalier.shell.client;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The file that {@code login} writes and every command reads: {@code ~/.config/espalier/credentials}, readable by its
 * owner only. Two lines, {@code url=} and {@code token=}.
 */
public final class Credentials {
    private static final int MOST_BYTES = 64 * 1024;

    private final Path folder;
    private final Path file;

    private Credentials(Path folder) {
        this.folder = folder;
        this.file = folder.resolve("credentials");
    }

    /** Where the XDG base directories say. */
    public static Credentials of(Map<String, String> env, Path home) {
        String config = env.getOrDefault("XDG_CONFIG_HOME", "");
        Path folder = config.startsWith("/") ? Path.of(config) : home.resolve(".config");
        return new Credentials(folder.resolve("espalier"));
    }

    public Path file() {
        return file;
    }

    /** @throws UncheckedIOException if there is a file that cannot be read or understood */
    public Optional<Target> load() {
        String url = null;
        String token = null;
        try {
            if (Files.size(file) > MOST_BYTES) {
                throw new IOException(file + ": too large");
            }
            for (String line : Files.readAllLines(file)) {
                if (line.startsWith("url=")) {
                    url = line.substring(4).strip();
                } else if (line.startsWith("token=")) {
                    token = line.substring(6).strip();
                }
            }
        } catch (NoSuchFileException _) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
        if (url == null) {
            return Optional.empty();
        }
        return Optional.of(new Target(URI.create(url), token));
    }

    /** Whether others than the owner may read it. */
    public boolean isExposed() {
        try {
            var permissions = Files.getPosixFilePermissions(file);
            return permissions.stream()
                    .anyMatch(permission -> !permission.name().startsWith("OWNER_"));
        } catch (IOException | UnsupportedOperationException _) {
            return false;
        }
    }

    /** Replaces the file at once; it never exists with wider rights or with half of its content. */
    public void store(Target target) {
        String text = "url=" + target.url() + "\n" + (target.token() == null ? "" : "token=" + target.token() + "\n");
        try {
            Files.createDirectories(folder);
            Path fresh = folder.resolve(
                    "." + file.getFileName() + "." + ProcessHandle.current().pid());
            Files.deleteIfExists(fresh);
            var options = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            var rights = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
            try (var channel = FileChannel.open(fresh, options, rights)) {
                var bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(true);
            }
            move(fresh);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file, e);
        }
    }

    private void move(Path fresh) throws IOException {
        try {
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (AtomicMoveNotSupportedException _) {
            Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING);
        }
    }
}
