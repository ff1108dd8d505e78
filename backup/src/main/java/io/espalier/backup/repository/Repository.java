package io.espalier.backup.repository;

import io.espalier.backup.crypt.AgeIdentity;
import io.espalier.backup.crypt.ClientKey;
import io.espalier.backup.repository.ObjectName.Kind;
import io.espalier.backup.repository.StoreException.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What one client key finds in a store. Reads only; {@link Session} adds to it, {@code check} and {@code prune} look after it. */
public final class Repository {

    private final ObjectReader store;
    private final ClientKey key;
    private final ChunkTable table = new ChunkTable();
    private final Map<ObjectName, Integer> packs = new HashMap<>();

    private Repository(ObjectReader store, ClientKey key) {
        this.store = store;
        this.key = key;
    }

    /** An object that cannot be used, and why. */
    public record Flaw(ObjectName object, String why) {}

    /** @param flaws snapshots that are there but cannot be read; all others are good to use */
    public record Snapshots(List<Snapshot> snapshots, List<Flaw> flaws) {}

    /** For reading and looking things up. Packs that no index names are found too, by their own tables. */
    public static Repository open(ObjectReader store, ClientKey key) throws IOException {
        var repository = new Repository(store, key);
        repository.readIndexes(Set.of());
        repository.readTables();
        return repository;
    }

    /** With some of the packs only, such as those that one snapshot keeps. */
    public static Repository openOnly(ObjectReader store, ClientKey key, Set<ObjectName> packs) throws IOException {
        var repository = new Repository(store, key);
        for (ObjectName pack : packs) {
            readTable(store, pack, key).ifPresent(found -> repository.add(pack, found));
        }
        return repository;
    }

    /** For a session: without packs that are marked for removal, and without those that an index names but that are gone. */
    static Repository openForSession(ObjectReader store, ClientKey key, Collection<Mark> marks) throws IOException {
        var repository = new Repository(store, key);
        Set<ObjectName> marked = new HashSet<>();
        marks.forEach(mark -> marked.addAll(mark.packs()));
        repository.readIndexes(marked);
        return repository;
    }

    /** Without any index: what {@link #snapshots} needs. */
    public static Repository openOutlines(ObjectReader store, ClientKey key) {
        return new Repository(store, key);
    }

    /** The client key of a snapshot, opened with the identity. */
    public static ClientKey keyOf(ObjectReader store, Snapshot snapshot, AgeIdentity identity) throws IOException {
        var name = new ObjectName(Kind.KEY, snapshot.outline().keyHex());
        return KeyObject.parse(name, store.get(name)).open(identity);
    }

    /** The snapshots of all clients, oldest first, without a proof of who made them. */
    public static Snapshots outlines(ObjectReader store) throws IOException {
        var snapshots = new ArrayList<Snapshot>();
        var flaws = new ArrayList<Flaw>();
        for (ObjectName name : store.list(Kind.SNAPSHOT)) {
            try {
                snapshots.add(Snapshot.parse(name, store.get(name)));
            } catch (IOException e) {
                if (isGone(e)) {
                    continue; // removed while we looked
                }
                if (isOutOfReach(e)) {
                    throw e;
                }
                flaws.add(new Flaw(name, String.valueOf(e.getMessage())));
            }
        }
        snapshots.sort(
                Comparator.comparing((Snapshot snapshot) -> snapshot.outline().finishedAt())
                        .thenComparing(Snapshot::name));
        return new Snapshots(snapshots, flaws);
    }

    /** This client's snapshots, oldest first; one that somebody else made under its name is a flaw. */
    public Snapshots snapshots() throws IOException {
        Snapshots all = outlines(store);
        var mine = new ArrayList<Snapshot>();
        var flaws = new ArrayList<>(all.flaws());
        for (Snapshot snapshot : all.snapshots()) {
            if (snapshot.outline().keyHex().equals(key.keyHex())) {
                try {
                    requireSigned(snapshot);
                    mine.add(snapshot);
                } catch (IOException e) {
                    flaws.add(new Flaw(snapshot.name(), String.valueOf(e.getMessage())));
                }
            }
        }
        return new Snapshots(mine, flaws);
    }

    /** @throws IOException unless this client made the snapshot */
    public void requireSigned(Snapshot snapshot) throws IOException {
        Snapshot.requireSigned(store.get(snapshot.name()), key);
    }

    private void readIndexes(Set<ObjectName> without) throws IOException {
        List<ObjectName> names = store.list(Kind.INDEX);
        long bytes = 0;
        for (ObjectName name : names) {
            bytes += store.size(name).orElse(0L);
        }
        table.reserve((int) Math.min(Integer.MAX_VALUE, bytes / 40));
        // Listed after the indexes: a pack that an index names was put before it, so it is missing only if it is gone.
        Set<ObjectName> there = null;
        for (ObjectName name : names) {
            Index index;
            try {
                byte[] content = store.get(name);
                if (!Index.isOf(content, key)) {
                    continue;
                }
                index = Index.open(content, key);
            } catch (IOException e) {
                if (isOutOfReach(e)) {
                    throw e;
                }
                continue; // the packs' own tables stand in for it
            }
            if (there == null) {
                there = new HashSet<>(store.list(Kind.PACK));
            }
            for (Index.Packed packed : index.packs()) {
                if (there.contains(packed.name()) && !without.contains(packed.name())) {
                    add(packed.name(), packed.table());
                }
            }
        }
    }

    private void readTables() throws IOException {
        for (ObjectName name : store.list(Kind.PACK)) {
            if (!packs.containsKey(name)) {
                readTable(store, name, key).ifPresent(found -> add(name, found));
            }
        }
    }

    /** The table of a pack by reading no more than its begin and end; empty if it is another client's, damaged or gone. */
    static Optional<PackTable> readTable(ObjectReader store, ObjectName name, ClientKey key) throws IOException {
        try {
            long size = store.size(name).orElse(0L);
            if (size < PackFormat.PREFIX + 4 || size > ObjectName.MAX_SIZE) {
                return Optional.empty();
            }
            byte[] begin = store.range(name, 0, (int) Math.min(size, PackFormat.HEADER_GUESS));
            PackFormat.Header header = PackFormat.header(begin);
            if (!Arrays.equals(header.keyId(), key.keyId())) {
                return Optional.empty();
            }
            int length = ByteBuffer.wrap(store.range(name, size - 4, 4)).getInt();
            long from = size - 4 - length;
            if (length < 0 || from < header.size()) {
                return Optional.empty();
            }
            return Optional.of(PackFormat.table(header, from, store.range(name, from, length), key));
        } catch (IOException e) {
            if (isOutOfReach(e)) {
                throw e;
            }
            return Optional.empty();
        }
    }

    private void add(ObjectName name, PackTable found) {
        if (packs.containsKey(name)) {
            return;
        }
        int ordinal = table.addPack(name);
        packs.put(name, ordinal);
        int offset = found.start();
        for (PackTable.Entry entry : found.entries()) {
            table.put(entry.id(), new ChunkTable.Place(ordinal, offset, entry.stored(), entry.plain()));
            offset += entry.stored();
        }
    }

    /** True if damage is not the store's content but the way to it. */
    public static boolean isOutOfReach(IOException e) {
        return e instanceof StoreException failed
                && switch (failed.reason()) {
                    case UNREACHABLE, DENIED, FAILED, FULL -> true;
                    case NOT_FOUND, DAMAGED -> false;
                };
    }

    public static boolean isGone(IOException e) {
        return e instanceof StoreException failed && failed.reason() == Reason.NOT_FOUND;
    }

    /** The pack that holds a chunk, if any does. */
    public Optional<ObjectName> packOf(ChunkId id) {
        return table.find(id).filter(place -> place.pack() >= 0).map(place -> table.pack(place.pack()));
    }

    /** How many chunks are known. */
    public int chunks() {
        return table.size();
    }

    public ClientKey key() {
        return key;
    }

    ChunkTable table() {
        return table;
    }

    /** For one thread each; {@code keys} may be shared among them. */
    public ChunkReader reader(PackKeys keys) {
        return new ChunkReader(store, table, key, keys);
    }

    public PackKeys packKeys(AgeIdentity identity) {
        return new PackKeys(store, identity);
    }
}
