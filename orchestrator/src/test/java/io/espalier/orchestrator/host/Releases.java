package io.espalier.orchestrator.host;

import io.espalier.protocol.Auid;
import io.espalier.protocol.Digest;
import io.espalier.protocol.HostName;
import io.espalier.protocol.release.FileEntry;
import io.espalier.protocol.release.Manifest;
import io.espalier.protocol.release.Release;
import io.espalier.protocol.release.SignedManifest;
import io.espalier.protocol.release.Unit;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Small releases, signed by a key of the test's own. */
public final class Releases {

    public final KeyPair key;
    private long number;

    public Releases() {
        try {
            key = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** One unit with {@code files}, from path to content. */
    public SignedManifest release(Auid auid, Map<String, byte[]> files, Duration confirmWithin) {
        List<FileEntry> entries = new TreeMap<>(files)
                .entrySet().stream()
                        .map(file -> new FileEntry(
                                file.getKey(), Digest.of(file.getValue()), file.getValue().length, 0644, "", "", false))
                        .toList();
        var unit = unit("motd", entries);
        var release = new Release(new HostName("web1"), List.of(unit));
        return SignedManifest.sign(
                new Manifest(
                        auid,
                        ++number,
                        Manifest.Kind.DEPLOY,
                        Instant.parse("2026-03-01T12:00:00Z"),
                        confirmWithin,
                        release),
                key.getPrivate());
    }

    private static Unit unit(String name, List<FileEntry> files) {
        return new Unit(
                name,
                List.of(),
                List.of(),
                new TreeMap<>(),
                files,
                List.of(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                List.of());
    }
}
