package io.espalier.backup.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.backup.repository.ObjectName;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Random;

/** Objects of a test, and a look at a repository's folder that uses nothing of the product. */
final class Store {
    private Store() {}

    static byte[] bytes(long seed, int size) {
        byte[] bytes = new byte[size];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    static ObjectName name(byte[] bytes) {
        return ObjectName.of(ObjectName.Kind.PACK, ByteBuffer.wrap(bytes));
    }

    /** True if the file of that hash is there and has that hash. */
    static boolean holds(Path repository, String sha256) throws IOException {
        Path file = repository.resolve("packs").resolve(sha256);
        if (!Files.exists(file) && Files.exists(repository)) {
            try (var all = Files.walk(repository)) {
                file = all.filter(path -> path.endsWith(sha256)).findFirst().orElse(file);
            }
        }
        if (!Files.exists(file)) {
            return false;
        }
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
            return HexFormat.of().formatHex(hash).equals(sha256);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    static void assertHolds(Path repository, ObjectName name) throws IOException {
        assertThat(holds(repository, name.sha256Hex()))
                .as("%s is in the store", name)
                .isTrue();
    }
}
