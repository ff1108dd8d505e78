package io.espalier.bench;

import com.github.luben.zstd.ZstdOutputStream;
import io.espalier.protocol.Auid;
import io.espalier.protocol.Digest;
import io.espalier.protocol.HostName;
import io.espalier.protocol.release.FileEntry;
import io.espalier.protocol.release.Manifest;
import io.espalier.protocol.release.Release;
import io.espalier.protocol.release.SignedManifest;
import io.espalier.protocol.release.Unit;
import io.espalier.protocol.wire.ApplyOutcome;
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
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A process that does nothing most of the time, and what it takes. */
final class IdleProcess implements AutoCloseable {

    private static final Auid AUID = new Auid("bench");
    private static final long LIMIT = TimeUnit.SECONDS.toNanos(60);
    private static final double TICKS = 100; // sysconf(_SC_CLK_TCK) on every Linux

    private final Process process;
    private final double startSeconds;
    private final Path socket;
    private final KeyPair keys;

    private IdleProcess(Process process, double startSeconds, Path socket, KeyPair keys) {
        this.process = process;
        this.startSeconds = startSeconds;
        this.socket = socket;
        this.keys = keys;
    }

    /** An agent below an empty folder; ready when it answers on its socket. */
    static IdleProcess agent(Path root, List<String> argv, Map<String, String> environment) throws IOException {
        KeyPair keys = newKeys();
        Path config = root.resolve("etc/espalier/agent.yaml");
        Files.createDirectories(config.getParent());
        Files.writeString(
                config,
                "auid: " + AUID + "\norchestrator-key: "
                        + Base64.getEncoder().encodeToString(keys.getPublic().getEncoded()) + "\n");
        var all = new ArrayList<>(argv);
        all.addAll(List.of("--root", root.toString()));
        Path socket = root.resolve("run/espalier/agent.sock");
        long began = System.nanoTime();
        Process process = start(all, environment, root.resolve("log"));
        while (!answers(socket)) {
            if (!process.isAlive() || System.nanoTime() - began > LIMIT) {
                process.destroyForcibly();
                throw new IOException("the agent did not start: " + Files.readString(root.resolve("log")));
            }
            LockSupport.parkNanos(500_000);
        }
        return new IdleProcess(process, (System.nanoTime() - began) / 1e9, socket, keys);
    }

    /** Ready when it prints something. */
    static IdleProcess floor(List<String> argv) throws IOException {
        Path log = Files.createTempFile("floor", ".log");
        long began = System.nanoTime();
        Process process = start(argv, Map.of(), log);
        while (Files.size(log) == 0) {
            if (!process.isAlive() || System.nanoTime() - began > LIMIT) {
                process.destroyForcibly();
                throw new IOException("the floor did not start");
            }
            LockSupport.parkNanos(500_000);
        }
        double took = (System.nanoTime() - began) / 1e9;
        Files.delete(log);
        return new IdleProcess(process, took, Path.of("/nowhere"), newKeys());
    }

    private static KeyPair newKeys() {
        try {
            return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has Ed25519", e);
        }
    }

    private static Process start(List<String> argv, Map<String, String> environment, Path log) throws IOException {
        var builder = new ProcessBuilder(argv).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().putAll(environment);
        return builder.start();
    }

    private static boolean answers(Path socket) {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            var frames = new Frames(Channels.newInputStream(channel), Channels.newOutputStream(channel));
            frames.send(new Message.Hello(Message.PROTOCOL, "bench"));
            return frames.receive().orElseThrow() instanceof Message.Welcome;
        } catch (IOException notYet) {
            return false;
        }
    }

    /** Gives the agent a release of so many small files. */
    void applyFiles(int count) throws IOException {
        var files = new ArrayList<FileEntry>();
        var bytes = new ByteArrayOutputStream();
        for (int i = 0; i < count; i++) {
            byte[] content = ("setting = " + i + "\n").repeat(50).getBytes(StandardCharsets.UTF_8);
            bytes.writeBytes(content);
            files.add(new FileEntry(
                    "/etc/bench/%03d.conf".formatted(i), Digest.of(content), content.length, 0644, "", "", false));
        }
        var unit = new Unit(
                "bench",
                List.of(),
                List.of(),
                new TreeMap<>(),
                files,
                List.of(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                List.of());
        var manifest = new Manifest(
                AUID,
                1,
                Manifest.Kind.DEPLOY,
                Instant.EPOCH,
                Duration.ZERO,
                new Release(new HostName("bench"), List.of(unit)));
        var compressed = new ByteArrayOutputStream();
        try (var zstd = new ZstdOutputStream(compressed)) {
            zstd.write(bytes.toByteArray());
        }
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            var frames = new Frames(Channels.newInputStream(channel), Channels.newOutputStream(channel));
            frames.send(new Message.Hello(Message.PROTOCOL, "bench"));
            frames.send(new Message.Apply(SignedManifest.sign(manifest, keys.getPrivate()), Optional.empty()));
            frames.send(new Message.Blobs(compressed.toByteArray(), true));
            while (true) {
                Message message = frames.receive().orElseThrow();
                if (message instanceof Message.Finished(var outcome)) {
                    if (!(outcome instanceof ApplyOutcome.Applied)) {
                        throw new IOException("not applied: " + outcome);
                    }
                    return;
                }
            }
        }
    }

    /** Its program and arguments. */
    String commandLine() throws IOException {
        return Files.readString(Path.of("/proc/" + process.pid() + "/cmdline")).replace('\0', ' ');
    }

    double startSeconds() {
        return startSeconds;
    }

    /** In KiB. */
    long residentMemory() throws IOException {
        return ServerProcess.residentMemory(process.pid());
    }

    /** Used so far, in user mode and in the kernel. */
    double processorSeconds() throws IOException {
        String stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / TICKS;
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
