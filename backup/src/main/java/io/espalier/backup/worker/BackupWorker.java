package io.espalier.backup.worker;

import io.espalier.backup.client.BackupClient;
import io.espalier.backup.client.BackupJob;
import io.espalier.backup.client.BackupOutcome;
import io.espalier.backup.client.Way;
import io.espalier.backup.crypt.ClientKey;
import io.espalier.backup.link.Calls;
import io.espalier.backup.link.Ended;
import io.espalier.backup.link.Order;
import io.espalier.backup.link.Pipe;
import io.espalier.backup.repository.PackKeys;
import io.espalier.backup.repository.Repository;
import io.espalier.backup.repository.Snapshot;
import io.espalier.backup.repository.StoreException;
import io.espalier.backup.repository.Verdict;
import io.espalier.backup.restore.Restore;
import io.espalier.backup.restore.RestorePlan;
import io.espalier.backup.transport.Auid;
import io.espalier.backup.transport.DirectSink;
import io.espalier.backup.transport.Receipts;
import io.espalier.backup.transport.RemoteReader;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;

/**
 * {@code BackupWorker ROOT STATE}: reads one order from standard input, carries it out with calls over standard output,
 * says how it ended, and ends. If nobody answers its calls any more it ends too; what has no receipt stays in the spool.
 */
public final class BackupWorker {
    private static final Duration SIGN_OF_LIFE = Duration.ofSeconds(2);
    private static final Duration DAY = Duration.ofDays(1);

    private final Wishes wishes;
    private final Path root;
    private final BackupClient client;
    private final Calls calls;

    private BackupWorker(Path root, Path state, Calls calls) {
        this.root = root;
        this.wishes = new Wishes(root);
        this.client = new BackupClient(state, InstantSource.system());
        this.calls = calls;
    }

    public static void main(String[] args) throws IOException {
        if (args.length != 2) {
            System.err.println("usage: BackupWorker ROOT STATE");
            System.exit(2);
        }
        // What a library prints must not get between the messages.
        var out = new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), 64 << 10);
        System.setOut(System.err);
        var pipe = new Pipe(new BufferedInputStream(System.in, 64 << 10), out);
        Pipe.Letter first = pipe.receive();
        var worker = new BackupWorker(Path.of(args[0]), Path.of(args[1]), new Calls(pipe));
        Ended ended = worker.carryOut(first);
        pipe.send(Pipe.END, ended.encode());
        System.exit(0); // whatever a library started
    }

    private Ended carryOut(Pipe.Letter first) {
        try {
            if (first.letter() != Pipe.ORDER) {
                throw new IOException("an order was expected");
            }
            return switch (Order.decode(first.bytes())) {
                case Order.Run run -> made(run);
                case Order.Restore restore -> restored(restore);
            };
        } catch (StoreException e) {
            return new Ended.Failed(e.reason().name(), String.valueOf(e.getMessage()));
        } catch (IllegalArgumentException e) {
            return new Ended.Failed("MALFORMED", String.valueOf(e.getMessage()));
        } catch (IOException e) {
            return new Ended.Failed("FAILED", String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            return new Ended.Failed("INTERRUPTED", "interrupted");
        } catch (OutOfMemoryError e) {
            return new Ended.Failed("TOO_LARGE", "this does not fit the memory of a backup");
        }
    }

    private Ended made(Order.Run run) throws IOException, InterruptedException {
        var job = new BackupJob(
                run.host(),
                wishes.what(run.wish()),
                new BackupJob.Hooks(run.hooks().before(), run.hooks().after(), BackupJob.Hooks.NONE.limit()),
                run.bytesPerSecond(),
                DAY);
        try (Way way = way(run);
                var signs = new Signs(calls)) {
            BackupOutcome outcome = client.run(job, way, ClientKey.parse(run.clientKey()), signs::at);
            return new Ended.Made(
                    outcome.snapshot(),
                    outcome.failure().map(Verdict.Failed::reason),
                    outcome.failure().map(Verdict.Failed::detail).orElse(""),
                    outcome.entries(),
                    outcome.bytes(),
                    outcome.read(),
                    outcome.added(),
                    outcome.notes(),
                    client.report(run.auid(), DAY).toJson());
        }
    }

    private Way way(Order.Run run) {
        var verifier = Receipts.Verifier.parse(run.receiptKey());
        return switch (run.route()) {
            case Order.Route.Link() -> new Way(new RemoteReader(calls), calls.sink(verifier), true, () -> {});
            case Order.Route.Direct direct ->
                Way.direct(
                        DirectSink.Settings.of(
                                java.net.URI.create(direct.url()),
                                direct.fingerprint(),
                                new Auid(direct.auid()),
                                direct.token()),
                        verifier);
        };
    }

    private Ended restored(Order.Restore order) throws IOException, InterruptedException {
        var reader = new RemoteReader(calls);
        ClientKey key = ClientKey.parse(order.clientKey());
        Snapshot snapshot = Snapshot.parse(order.snapshot(), reader.get(order.snapshot()));
        var plan = new RestorePlan(
                wishes.real(order.target()),
                order.paths().stream()
                        .map(path -> RestorePlan.pathOf(wishes.seen(path).toString()))
                        .filter(path -> !path.isEmpty())
                        .toList(),
                order.owners(),
                java.util.Optional.of(root));
        try (var signs = new Signs(calls)) {
            Restore.Result result = Restore.run(
                    Repository.open(reader, key),
                    snapshot,
                    snapshot.open(order.snapshotKey()),
                    new PackKeys(calls),
                    plan,
                    (entries, bytes, path) -> signs.at(entries, bytes, 0, path));
            return new Ended.Restored(
                    result.entries(), result.bytes(), result.failed(), List.copyOf(result.problems()));
        }
    }

    /** Tells how far it is every two seconds, also when nothing moves; ends the process once nobody listens. */
    private static final class Signs implements AutoCloseable {
        private final Thread teller;
        private volatile boolean isOver;
        private volatile long entries;
        private volatile long bytes;
        private volatile long added;
        private volatile String what = "";

        Signs(Calls calls) {
            this.teller = Thread.ofPlatform().daemon().name("signs").start(() -> tell(calls));
        }

        void at(long nowEntries, long nowBytes, long nowAdded, String nowWhat) {
            entries = nowEntries;
            bytes = nowBytes;
            added = nowAdded;
            what = nowWhat;
        }

        private void tell(Calls calls) {
            while (!isOver) {
                try {
                    calls.progress(entries, bytes, added, what);
                    Thread.sleep(SIGN_OF_LIFE);
                } catch (StoreException e) {
                    if (!isOver) {
                        System.err.println("espalier backup: " + e.getMessage());
                        Runtime.getRuntime().halt(1);
                    }
                } catch (InterruptedException e) {
                    return;
                }
            }
        }

        @Override
        public void close() {
            isOver = true;
            teller.interrupt();
            try {
                teller.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
