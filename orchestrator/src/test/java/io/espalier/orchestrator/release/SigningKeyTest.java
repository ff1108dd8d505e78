package io.espalier.orchestrator.release;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.espalier.protocol.Auid;
import io.espalier.protocol.HostName;
import io.espalier.protocol.release.Manifest;
import io.espalier.protocol.release.Release;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SigningKeyTest {

    private static final Manifest MANIFEST = new Manifest(
            new Auid("a-1"),
            1,
            Manifest.Kind.DEPLOY,
            Instant.EPOCH,
            Duration.ZERO,
            new Release(new HostName("web1"), List.of()));

    @TempDir
    Path folder;

    @Test
    void keyIsMadeOnceAndKept() {
        SigningKey made = SigningKey.in(folder.resolve("keys"));
        SigningKey loaded = SigningKey.in(folder.resolve("keys"));

        assertThat(loaded.publicKey()).isEqualTo(made.publicKey());
        assertThat(loaded.sign(MANIFEST).verify(made.publicKey())).contains(MANIFEST);
    }

    @Test
    void onlyItsOwnerCanReadIt() throws IOException {
        SigningKey.in(folder.resolve("keys"));

        assertThat(Files.getPosixFilePermissions(folder.resolve("keys/manifest.key")))
                .isEqualTo(PosixFilePermissions.fromString("rw-------"));
        assertThat(Files.getPosixFilePermissions(folder.resolve("keys")))
                .isEqualTo(PosixFilePermissions.fromString("rwx------"));
        try (var files = Files.list(folder.resolve("keys"))) {
            assertThat(files).hasSize(1);
        }
    }

    @Test
    void keyThatOthersCanReadIsRefused() throws IOException {
        SigningKey.in(folder);
        Files.setPosixFilePermissions(folder.resolve("manifest.key"), PosixFilePermissions.fromString("rw-r-----"));

        assertThatIllegalStateException()
                .isThrownBy(() -> SigningKey.in(folder))
                .withMessageContaining("can be read by others");
    }

    @Test
    void whatIsNoKeyIsRefusedAndNotReplaced() throws IOException {
        SigningKey.in(folder);
        Path file = folder.resolve("manifest.key");
        Files.writeString(file, "not a key\n");

        assertThatIllegalStateException().isThrownBy(() -> SigningKey.in(folder));
        assertThat(file).hasContent("not a key\n");
    }

    @Test
    void halvesOfDifferentKeysAreRefused() throws IOException {
        SigningKey.in(folder.resolve("a"));
        SigningKey.in(folder.resolve("b"));
        String a = Files.readString(folder.resolve("a/manifest.key"));
        String b = Files.readString(folder.resolve("b/manifest.key"));
        String mixed = a.substring(0, a.indexOf("-----BEGIN PUBLIC")) + b.substring(b.indexOf("-----BEGIN PUBLIC"));
        Files.writeString(folder.resolve("a/manifest.key"), mixed);

        assertThatIllegalStateException()
                .isThrownBy(() -> SigningKey.in(folder.resolve("a")))
                .withMessageContaining("different keys");
    }
}
