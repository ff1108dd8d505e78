package io.espalier.orchestrator.backup;

import io.espalier.backup.crypt.ClientKey;
import io.espalier.backup.link.Ended;
import io.espalier.backup.link.Order;
import io.espalier.backup.repository.ObjectName;
import io.espalier.backup.repository.ObjectStore;
import io.espalier.backup.repository.PackKeys;
import io.espalier.backup.repository.Repository;
import io.espalier.backup.repository.Snapshot;
import io.espalier.backup.retention.Keep;
import io.espalier.backup.server.LinkDesk;
import io.espalier.orchestrator.audit.Audit;
import io.espalier.orchestrator.backup.BackupTask.Action;
import io.espalier.orchestrator.backup.BackupTask.End;
import io.espalier.orchestrator.fleet.Host;
import io.espalier.orchestrator.host.Link;
import io.espalier.orchestrator.host.LinkException;
import io.espalier.orchestrator.host.Links;
import io.espalier.orchestrator.release.SigningKey;
import io.espalier.protocol.Auid;
import io.espalier.protocol.HostName;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Has hosts back up and restore, and looks after their stores. Everything is a task: it is begun at once, goes on beside
 * the caller, and is on record when it ends. Safe for all threads.
 */
public final class Backups implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Backups.class);
    private static final int AT_ONCE = 4;
    private static final int MOST_WAITING = 200;

    private final Vault vault;
    private final Fleet fleet;
    private final Links links;
    private final SigningKey signer;
    private final TaskRows rows;
    private final Audit audit;
    private final Listener listener;
    private final InstantSource clock;
    private final Map<Long, BackupTask> running = new ConcurrentHashMap<>();
    private final Semaphore turns = new Semaphore(AT_ONCE);
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    /** The machines, as far as backups need to know. */
    public interface Fleet {
        Optional<Host> host(HostName name);

        Optional<Auid> auid(HostName name);

        Optional<HostName> name(Auid auid);
    }

    /** Hears what hosts say of their backups. */
    @FunctionalInterface
    public interface Listener {
        /** @param json in the shape of {@code /v1/worker/AUID/backup} */
        void reported(Auid auid, Instant at, String json);
    }

    /** What a task does; what goes wrong is thrown. */
    private interface Work {
        End run(long task) throws IOException, InterruptedException;
    }

    public Backups(
            Vault vault,
            Fleet fleet,
            Links links,
            SigningKey signer,
            JdbcClient jdbc,
            Audit audit,
            Listener listener,
            InstantSource clock) {
        this.vault = vault;
        this.fleet = fleet;
        this.links = links;
        this.signer = signer;
        this.rows = new TaskRows(jdbc);
        this.audit = audit;
        this.listener = listener;
        this.clock = clock;
    }

    /** To be called before the first task: what an orchestrator before this one did not end is on record as interrupted. */
    public void takeOver() {
        rows.interrupt(clock.instant());
    }

    // ---- on hosts ----

    /** Has a host back up. */
    public BackupTask run(HostName host, Order.Wish wish, Order.Hooks hooks, long bytesPerSecond, String by) {
        Machine machine = machine(host);
        audit.record(by, "backup.run", "host " + host, "", wish.kind());
        return begin(Action.RUN, host, wish.kind(), by, task -> {
            var auid = machine.stored();
            ClientKey key = vault.clientKey(auid);
            var order = new Order.Run(
                    host.value(),
                    auid.text(),
                    key.toFile(),
                    vault.receiptKey(),
                    vault.route(auid),
                    wish,
                    bytesPerSecond,
                    hooks);
            return made(machine, carryOut(machine, order, LinkDesk.run(vault.intake(), auid, follower(task))));
        });
    }

    private End made(Machine machine, Ended ended) {
        return switch (ended) {
            case Ended.Made made -> {
                listener.reported(machine.auid(), clock.instant(), made.report());
                yield new End(
                        made.snapshot(),
                        made.entries(),
                        made.bytes(),
                        made.added(),
                        made.reason(),
                        made.detail(),
                        made.notes());
            }
            case Ended.Failed failed -> End.failed(failed.reason(), failed.detail());
            case Ended.Restored restored -> End.failed("MALFORMED", "a restore, not a backup");
        };
    }

    /**
     * Has a host bring back what it, or another, backed up.
     *
     * @param snapshot the first digits of its name; empty: the newest good one that holds the paths
     * @param to the host that gets it
     * @param target the folder that stands for {@code /} there
     */
    public BackupTask restore(
            HostName host,
            String kind,
            Optional<String> snapshot,
            List<String> paths,
            HostName to,
            String target,
            boolean owners,
            String by) {
        var from = source(host);
        Machine machine = machine(to);
        audit.record(
                by,
                "backup.restore",
                "host " + to,
                "",
                "of " + host + ", " + kind + " " + snapshot.orElse("latest") + ", "
                        + (paths.isEmpty() ? "everything" : String.join(" ", paths)) + " to " + target);
        return begin(Action.RESTORE, to, kind, by, task -> {
            ObjectStore store = vault.store(from);
            Snapshot found = new Shelf(store, vault.identity()).find(kind, snapshot, paths);
            ClientKey key = Repository.keyOf(store, found, vault.identity());
            PackKeys keys = Repository.openOutlines(store, key).packKeys(vault.identity());
            Set<ObjectName> granted = new HashSet<>(found.outline().packs());
            granted.add(found.name());
            var order = new Order.Restore(
                    found.name(), key.toFile(), found.keyWith(vault.identity()), paths, target, owners);
            return restored(found, carryOut(machine, order, LinkDesk.restore(store, granted, keys, follower(task))));
        });
    }

    private static End restored(Snapshot snapshot, Ended ended) {
        return switch (ended) {
            case Ended.Restored restored ->
                new End(
                        Optional.of(snapshot.name().sha256Hex()),
                        restored.entries(),
                        restored.bytes(),
                        0,
                        restored.failed() == 0 ? Optional.empty() : Optional.of("INCOMPLETE"),
                        restored.failed() == 0 ? "" : restored.failed() + " problems",
                        restored.problems());
            case Ended.Failed failed -> End.failed(failed.reason(), failed.detail());
            case Ended.Made made -> End.failed("MALFORMED", "a backup, not a restore");
        };
    }

    private Ended carryOut(Machine machine, Order order, LinkDesk desk) throws IOException {
        byte[] bytes = order.encode();
        try (Link link = links.open(machine.host())) {
            return Ended.decode(link.order(nonce -> signer.sign(bytes, machine.auid(), nonce), desk::reply));
        }
    }

    // ---- on stores ----

    /**
     * Proves that a host's store is whole.
     *
     * @param share of the packs that are read, from 0 to 1
     */
    public BackupTask check(HostName host, double share, String by) {
        var source = source(host);
        return begin(Action.CHECK, host, "", by, task -> care(source).check(share, follower(task)));
    }

    /** Removes snapshots that no rule keeps, then what no snapshot needs. */
    public BackupTask prune(HostName host, Keep keep, String by) {
        var source = source(host);
        audit.record(by, "backup.prune", "host " + host, "", String.valueOf(keep));
        return begin(Action.PRUNE, host, "", by, task -> care(source).prune(keep));
    }

    /** Restores the newest and another snapshot of each kind to a scratch folder here, and compares. */
    public BackupTask drill(HostName host, String by) {
        var source = source(host);
        return begin(
                Action.DRILL,
                host,
                "",
                by,
                task -> care(source).drill(vault.scratch().resolve(Long.toString(task)), follower(task)));
    }

    /** Begins a drill of each host of the fleet whose newest one is older than {@code every}. */
    public List<BackupTask> drillDue(Duration every) throws IOException {
        var begun = new ArrayList<BackupTask>();
        for (io.espalier.backup.transport.Auid stored : vault.all()) {
            Optional<HostName> host = fleet.name(new Auid(stored.text()))
                    .filter(name -> fleet.host(name).isPresent());
            boolean isDue = host.flatMap(name -> rows.lastDrill(name.value()))
                    .map(last -> last.plus(every).isBefore(clock.instant()))
                    .orElse(true);
            if (host.isPresent() && isDue) {
                begun.add(drill(host.get(), Audit.ESPALIER));
            }
        }
        return begun;
    }

    private Care care(io.espalier.backup.transport.Auid source) throws IOException {
        return new Care(vault.store(source), vault.identity(), clock);
    }

    // ---- what is there ----

    /** The snapshots of a host's store. */
    public Shelf shelf(HostName host) throws IOException {
        return new Shelf(vault.store(source(host)), vault.identity());
    }

    /** The hosts that have a store, by name; one that left the fleet goes by its auid. */
    public Map<String, Auid> protectedHosts() throws IOException {
        var names = new java.util.TreeMap<String, Auid>();
        for (io.espalier.backup.transport.Auid stored : vault.all()) {
            var auid = new Auid(stored.text());
            names.put(fleet.name(auid).map(HostName::value).orElse(auid.value()), auid);
        }
        return names;
    }

    /** The store of a host by its auid. */
    public Shelf shelf(Auid auid) throws IOException {
        return new Shelf(vault.store(new io.espalier.backup.transport.Auid(auid.value())), vault.identity());
    }

    public List<BackupTask> tasks(int limit) {
        return rows.newest(limit).stream().map(this::now).toList();
    }

    public Optional<BackupTask> task(long id) {
        return Optional.ofNullable(running.get(id)).or(() -> rows.find(id));
    }

    public List<BackupTask> lastRuns(HostName host) {
        return rows.lastRuns(host.value()).stream().map(this::now).toList();
    }

    private BackupTask now(BackupTask task) {
        BackupTask live = running.get(task.id());
        return live == null ? task : live;
    }

    // ---- tasks ----

    private record Machine(Host host, Auid auid) {
        io.espalier.backup.transport.Auid stored() {
            return new io.espalier.backup.transport.Auid(auid.value());
        }
    }

    private Machine machine(HostName name) {
        Host host = fleet.host(name)
                .orElseThrow(() -> new BackupException(
                        BackupException.Reason.NOT_FOUND, "there is no host " + name + " in the fleet"));
        Auid auid = fleet.auid(name)
                .orElseThrow(
                        () -> new BackupException(BackupException.Reason.NOT_FOUND, name + " is not enrolled yet"));
        return new Machine(host, auid);
    }

    /** Whose backups: a host's, or those of one that left the fleet, which goes by its auid then. */
    private io.espalier.backup.transport.Auid source(HostName name) {
        var auid = new io.espalier.backup.transport.Auid(
                fleet.auid(name).map(Auid::value).orElse(name.value()));
        try {
            if (vault.all().contains(auid)) {
                return auid;
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        throw new BackupException(
                BackupException.Reason.NOT_FOUND, name + " was never backed up (espalier backup run)");
    }

    private LinkDesk.Follower follower(long task) {
        return (entries, bytes, added, what) ->
                running.computeIfPresent(task, (id, before) -> before.at(entries, bytes, added, what));
    }

    private BackupTask begin(Action action, HostName host, String kind, String by, Work work) {
        if (running.size() >= MOST_WAITING) {
            throw new BackupException(BackupException.Reason.BUSY, MOST_WAITING + " backups wait for their turn");
        }
        BackupTask task = rows.begin(action, host.value(), kind, by, clock.instant());
        running.put(task.id(), task);
        threads.execute(() -> {
            End end = ended(task, work);
            try {
                rows.end(task.ended(clock.instant(), end));
            } finally {
                running.remove(task.id());
            }
        });
        return task;
    }

    private End ended(BackupTask task, Work work) {
        try {
            turns.acquire();
            try {
                return work.run(task.id());
            } finally {
                turns.release();
            }
        } catch (LinkException e) {
            return End.failed(e.reason().name(), String.valueOf(e.getMessage()));
        } catch (BackupException e) {
            return End.failed(e.reason().name(), String.valueOf(e.getMessage()));
        } catch (IOException e) {
            return End.failed("FAILED", String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return End.failed("INTERRUPTED", "the orchestrator stops");
        } catch (RuntimeException e) {
            LOG.atError().setCause(e).addKeyValue("task", task.id()).log("a backup task failed");
            return End.failed("INTERNAL", e.toString());
        }
    }

    /** What is under way ends as failed; hosts keep what they have in their spools. */
    @Override
    public void close() {
        threads.shutdownNow();
        try {
            if (!threads.awaitTermination(5, java.util.concurrent.TimeUnit.SECONDS)) {
                LOG.warn("a backup task does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        vault.close();
    }
}
