package io.espalier.agent;

import com.github.luben.zstd.ZstdOutputStream;
import io.espalier.protocol.Auid;
import io.espalier.protocol.Digest;
import io.espalier.protocol.HostName;
import io.espalier.protocol.release.FileEntry;
import io.espalier.protocol.release.Manifest;
import io.espalier.protocol.release.Release;
import io.espalier.protocol.release.SignedManifest;
import io.espalier.protocol.release.Unit;
import io.espalier.protocol.wire.Frames;
import io.espalier.protocol.wire.Message;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A run through what agents usually do, for the JVM to learn from when it makes its AOT cache: an agent below an empty
 * folder that is asked for its status and given a release.
 */
final class Training {

    private static final Auid AUID = new Auid("training");
    private static final int TRIES = 200;

    private Training() {}

    static void run(Arguments arguments, String version) throws IOException, ConfigException {
        KeyPair keys;
        try {
            keys = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        } catch (GeneralSecurityException impossible) {
            throw new IOException("every JDK has Ed25519", impossible);
        }
        Files.createDirectories(arguments.configFile().getParent());
        Files.writeString(
                arguments.configFile(),
                "auid: " + AUID + "\norchestrator-key: "
                        + Base64.getEncoder().encodeToString(keys.getPublic().getEncoded())
                        + "\ndrift: { check: 1s }\nreport: { sysinfo: 1s }\n");
        var agent = new Thread(() -> serve(arguments, version), "agent");
        agent.setDaemon(true);
        agent.start();
        try (SocketChannel channel = connect(arguments.below(Config.SOCKET))) {
            var frames = new Frames(Channels.newInputStream(channel), Channels.newOutputStream(channel));
            frames.send(new Message.Hello(Message.PROTOCOL, "training"));
            frames.send(new Message.GetStatus());
            frames.receive();
            frames.receive();
            apply(frames, keys);
            frames.send(new Message.GetDrift());
            frames.receive();
            collect(frames);
        }
    }

    /** Until there was a report of how the machine does; it takes a second. */
    private static void collect(Frames frames) throws IOException {
        String spool = "";
        long taken = 0;
        for (int i = 0; i < TRIES && taken == 0; i++) {
            pause();
            frames.send(new Message.Collect(spool, taken));
            if (frames.receive().orElseThrow() instanceof Message.Reports reports) {
                spool = reports.spool();
                taken = reports.last();
            }
        }
        frames.send(new Message.Collect(spool, taken));
        frames.receive();
    }

    private static void pause() throws IOException {
        try {
            Thread.sleep(50);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private static void serve(Arguments arguments, String version) {
        try {
            Daemon.run(arguments, version);
        } catch (IOException | ConfigException e) {
            System.err.println("training: " + e.getMessage());
        }
    }

    private static SocketChannel connect(Path socket) throws IOException {
        for (int i = 0; i < TRIES && !Files.exists(socket); i++) {
            pause();
        }
        return SocketChannel.open(UnixDomainSocketAddress.of(socket));
    }

    private static void apply(Frames frames, KeyPair keys) throws IOException {
        byte[] content = "trained\n".getBytes(StandardCharsets.UTF_8);
        var file = new FileEntry("/etc/motd", Digest.of(content), content.length, 0644, "", "", false);
        var unit = new Unit(
                "base",
                List.of(),
                List.of(),
                new TreeMap<>(),
                List.of(file),
                List.of(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                List.of());
        var release = new Release(new HostName("training"), List.of(unit));
        frames.send(new Message.Observe(List.of("/etc/motd"), List.of()));
        frames.receive();
        var manifest = new Manifest(AUID, 1, Manifest.Kind.DEPLOY, Instant.EPOCH, Duration.ZERO, release);
        frames.send(new Message.Apply(SignedManifest.sign(manifest, keys.getPrivate()), Optional.empty()));
        frames.receive();
        var compressed = new ByteArrayOutputStream();
        try (var zstd = new ZstdOutputStream(compressed)) {
            zstd.write(content);
        }
        frames.send(new Message.Blobs(compressed.toByteArray(), true));
        while (!(frames.receive().orElseThrow() instanceof Message.Finished)) {
            // the steps on the way
        }
    }
}
