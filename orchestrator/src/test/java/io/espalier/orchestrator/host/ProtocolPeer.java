package io.espalier.orchestrator.host;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdInputStream;
import io.espalier.protocol.Auid;
import io.espalier.protocol.Digest;
import io.espalier.protocol.Reason;
import io.espalier.protocol.release.FileEntry;
import io.espalier.protocol.release.Manifest;
import io.espalier.protocol.wire.ApplyOutcome;
import io.espalier.protocol.wire.ApplyStep;
import io.espalier.protocol.wire.Facts;
import io.espalier.protocol.wire.Frames;
import io.espalier.protocol.wire.Message;
import io.espalier.protocol.wire.Report;
import io.espalier.protocol.wire.ReportBatch;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** The agent's side of the protocol in its simplest form: holds blobs in memory, applies nothing. */
public final class ProtocolPeer implements AutoCloseable {

    public static final String SPOOL = "s1";
    public static final Instant CLOCK = Instant.parse("2026-03-01T12:00:00Z");

    private final Path path;
    private final ServerSocketChannel server;
    private final Set<SocketChannel> open = ConcurrentHashMap.newKeySet();
    public final Map<Digest, byte[]> blobs = new ConcurrentHashMap<>();
    public final List<Message> heard = new CopyOnWriteArrayList<>();
    public final AtomicInteger accepted = new AtomicInteger();
    /** What it has to report, oldest first. */
    public final List<Report> reports = new CopyOnWriteArrayList<>();

    public volatile Auid auid = new Auid("a-1");
    public volatile int protocol = Message.PROTOCOL;
    public volatile boolean silent;
    public volatile List<Digest> alsoWanted = List.of();

    public ProtocolPeer(Path path) throws IOException {
        this.path = path;
        Files.deleteIfExists(path);
        server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(path));
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-rw-rw-"));
        Thread.ofVirtual().start(this::accept);
    }

    public Path path() {
        return path;
    }

    private void accept() {
        try {
            while (true) {
                SocketChannel channel = server.accept();
                open.add(channel);
                accepted.incrementAndGet();
                Thread.ofVirtual().start(() -> serve(channel));
            }
        } catch (IOException closed) {
            // the test is over
        }
    }

    private void serve(SocketChannel channel) {
        try (channel) {
            var frames = new Frames(Channels.newInputStream(channel), Channels.newOutputStream(channel));
            for (Optional<Message> got = frames.receive(); got.isPresent(); got = frames.receive()) {
                heard.add(got.get());
                if (!silent) {
                    answer(frames, got.get());
                }
            }
        } catch (IOException | java.util.NoSuchElementException gone) {
            // as an agent sees it when the orchestrator leaves
        } finally {
            open.remove(channel);
        }
    }

    private void answer(Frames frames, Message question) throws IOException {
        switch (question) {
            case Message.Hello _ -> frames.send(new Message.Welcome(protocol, auid, "9.9"));
            case Message.GetStatus() ->
                frames.send(
                        new Message.Status(Optional.empty(), 7, false, Optional.empty(), 0, CLOCK, CLOCK, Facts.NONE));
            case Message.Collect(var spool, var taken) -> frames.send(reports(spool.equals(SPOOL) ? taken : 0));
            case Message.RunJob(var job) ->
                frames.send(
                        job.equals("app/tick")
                                ? new Message.Started(job)
                                : new Message.Refused(Reason.NO_SUCH_JOB, "no job " + job));
            case Message.Observe _ -> frames.send(new Message.Observed(Optional.empty(), List.of()));
            case Message.GetDrift() -> frames.send(new Message.Drift(List.of()));
            case Message.ReadFile(var path) ->
                frames.send(
                        path.equals("/refused")
                                ? new Message.Refused(Reason.PATH_REFUSED, "not held")
                                : new Message.FileContent(path.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
            case Message.Confirm(var number) ->
                frames.send(new Message.Finished(new ApplyOutcome.Applied((int) number, List.of(), false, 1)));
            case Message.Apply(var signed, var _) -> apply(frames, Manifest.decode(signed.manifestBytes()));
            default -> frames.send(new Message.Refused(Reason.MALFORMED, "unexpected"));
        }
    }

    /** One report at a time, so that several answers are needed for several. */
    private Message.Reports reports(long taken) {
        var status = new Message.Status(Optional.empty(), 7, false, Optional.empty(), 0, CLOCK, CLOCK, Facts.NONE);
        List<Report> all = List.copyOf(reports);
        if (taken >= all.size()) {
            return new Message.Reports(status, SPOOL, all.size(), 0, 0, new byte[0]);
        }
        var batch = new ReportBatch(List.of(all.get((int) taken)));
        return new Message.Reports(
                status, SPOOL, taken + 1, all.size() - taken - 1, 0, Zstd.compress(batch.encode(), 1));
    }

    private void apply(Frames frames, Manifest manifest) throws IOException {
        List<FileEntry> files = manifest.release().files().toList();
        var missing = new ArrayList<Digest>();
        files.stream()
                .map(FileEntry::content)
                .distinct()
                .filter(digest -> !blobs.containsKey(digest))
                .forEach(missing::add);
        missing.addAll(alsoWanted);
        frames.send(new Message.Missing(missing));
        if (!missing.isEmpty()) {
            receive(frames, files, missing);
        }
        frames.send(new Message.Progress(ApplyStep.STAGED, missing.size() + " blobs"));
        frames.send(new Message.Progress(ApplyStep.COMMITTED, ""));
        frames.send(new Message.Finished(new ApplyOutcome.Applied(
                missing.size(), List.of("motd"), manifest.confirmWithin().isPositive(), 3)));
    }

    private void receive(Frames frames, List<FileEntry> files, List<Digest> missing) throws IOException {
        var stream = new ByteArrayOutputStream();
        while (frames.receive().orElseThrow() instanceof Message.Blobs(var piece, var last)) {
            stream.write(piece);
            if (last) {
                break;
            }
        }
        try (var zstd = new ZstdInputStream(new ByteArrayInputStream(stream.toByteArray()))) {
            for (Digest digest : missing) {
                FileEntry file = files.stream()
                        .filter(entry -> entry.content().equals(digest))
                        .findFirst()
                        .orElseThrow();
                byte[] content = zstd.readNBytes((int) file.size());
                if (!Digest.of(content).equals(digest)) {
                    throw new IOException("blob " + digest + " came wrong");
                }
                blobs.put(digest, content);
            }
        }
    }

    /** As a restart of the agent's process does. */
    public void dropConnections() {
        open.forEach(channel -> {
            try {
                channel.close();
            } catch (IOException gone) {
                // what was wanted
            }
        });
    }

    @Override
    public void close() throws IOException {
        server.close();
        Files.deleteIfExists(path);
        dropConnections();
    }
}
