package io.espalier.orchestrator.enrol;

import io.espalier.protocol.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;

/**
 * The agent with its own Java, as one archive.
 *
 * @param file a {@code tar.gz} whose one folder holds {@code bin/espalier-agent}
 * @param arch of the machines it runs on, as {@code uname -m} says it
 * @param size in bytes
 */
public record AgentImage(Path file, String arch, long size, Digest digest) {

    /** @throws UncheckedIOException if the file cannot be read */
    public static AgentImage of(Path file, String arch) {
        MessageDigest sha = Digest.newSha256();
        long size = 0;
        try (InputStream in = Files.newInputStream(file)) {
            byte[] piece = new byte[1 << 20];
            for (int length = in.read(piece); length >= 0; length = in.read(piece)) {
                sha.update(piece, 0, length);
                size += length;
            }
        } catch (IOException e) {
            throw new UncheckedIOException("agent image " + file + ": " + e.getMessage(), e);
        }
        return new AgentImage(file, arch, size, Digest.of(sha));
    }

    /** Names the folder that it is unpacked to: other bytes, another folder. */
    String folder() {
        return digest.abbreviated();
    }
}
