package io.espalier.backup.dump;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.espalier.testkit.Ran;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** A file system of 256 KiB. */
final class SmallDisk implements AutoCloseable {
    private final Path folder;

    SmallDisk(Path folder) throws IOException {
        this.folder = Files.createDirectories(folder);
        assumeTrue(Servers.isRoot(), "needs root to mount a small file system");
        Ran mount =
                Ran.of(Duration.ofSeconds(10), "mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", folder.toString());
        assumeTrue(mount.status() == 0, "cannot mount here: " + mount.output());
    }

    Path folder() {
        return folder;
    }

    @Override
    public void close() {
        Ran.of(Duration.ofSeconds(10), "umount", folder.toString());
    }
}
