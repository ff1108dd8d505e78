package io.espalier.backup.check;

import io.espalier.backup.crypt.AgeIdentity;
import io.espalier.backup.crypt.ClientKey;
import io.espalier.backup.files.Listing;
import io.espalier.backup.files.Node;
import io.espalier.backup.repository.ChunkId;
import io.espalier.backup.repository.ChunkReader;
import io.espalier.backup.repository.Index;
import io.espalier.backup.repository.KeyObject;
import io.espalier.backup.repository.Mark;
import io.espalier.backup.repository.ObjectName;
import io.espalier.backup.repository.ObjectName.Kind;
import io.espalier.backup.repository.ObjectReader;
import io.espalier.backup.repository.PackFormat;
import io.espalier.backup.repository.Pin;
import io.espalier.backup.repository.Repository;
import io.espalier.backup.repository.Snapshot;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/**
 * Proves that a repository is whole, as far as it can be seen with the keys at hand: without any, that every object has
 * the bytes that its name promises and every snapshot has its packs; with a client key, that indexes and tables of packs
 * fit and who made the snapshots; with the identity, that every list of entries reads to its end and each chunk in it is
 * in a pack that the snapshot keeps alive.
 */
public final class Check {

    private final ObjectReader store;
    private final Optional<ClientKey> key;
    private final Optional<AgeIdentity> identity;
    private final double share;
    private final Random random;
    private final Follower follower;
    private final List<Finding> findings = new ArrayList<>();
    private final Set<ObjectName> damaged = new HashSet<>();
    private long bytesRead;
    private int packsRead;

    /**
     * @param share of the packs whose bytes are read, from 0 to 1
     * @param random chooses them
     */
    public Check(
            ObjectReader store,
            Optional<ClientKey> key,
            Optional<AgeIdentity> identity,
            double share,
            Random random,
            Follower follower) {
        this.store = store;
        this.key = key;
        this.identity = identity;
        this.share = share;
        this.random = random;
        this.follower = follower;
    }

    /** Sees how far it is. */
    @FunctionalInterface
    public interface Follower {
        void at(String what, long done, long all);
    }

    /** Something that is wrong with an object. */
    public record Finding(ObjectName object, String why) {
        @Override
        public String toString() {
            return object.kind().folder() + "/" + object.sha256Hex() + ": " + why;
        }
    }

    /**
     * What was found.
     *
     * @param unreferenced packs that no snapshot needs: no damage, {@code prune} removes them
     * @param affected snapshots that cannot be restored whole
     */
    public record Report(
            int snapshots,
            int packs,
            int packsRead,
            long bytesRead,
            int unreferenced,
            List<Finding> findings,
            List<Snapshot> affected) {
        public boolean isSound() {
            return findings.isEmpty();
        }
    }

    public Report run() throws IOException {
        Repository.Snapshots all = Repository.outlines(store); // before the packs: those that it needs are there
        all.flaws().forEach(flaw -> found(flaw.object(), flaw.why()));
        List<ObjectName> packs = store.list(Kind.PACK);
        small();
        packs(packs);
        Set<ObjectName> there = new HashSet<>(packs);
        Set<ObjectName> needed = new HashSet<>();
        Set<Snapshot> affected = new HashSet<>();
        for (Snapshot snapshot : all.snapshots()) {
            needed.addAll(snapshot.outline().packs());
            for (ObjectName pack : snapshot.outline().packs()) {
                if (!there.contains(pack)) {
                    found(pack, "is missing, and snapshot " + snapshot.shortId() + " needs it");
                }
                if (!there.contains(pack) || damaged.contains(pack)) {
                    affected.add(snapshot);
                }
            }
        }
        lists(all.snapshots(), affected);
        int unreferenced =
                (int) packs.stream().filter(pack -> !needed.contains(pack)).count();
        return new Report(
                all.snapshots().size(),
                packs.size(),
                packsRead,
                bytesRead,
                unreferenced,
                List.copyOf(findings),
                all.snapshots().stream().filter(affected::contains).toList());
    }

    private void found(ObjectName object, String why) {
        findings.add(new Finding(object, why));
        damaged.add(object);
    }

    /** Something to do with an object that may turn out to be damaged. */
    private interface Look {
        void at(byte[] bytes) throws IOException;
    }

    private void look(ObjectName name, Look look) throws IOException {
        try {
            look.at(store.get(name));
        } catch (IOException e) {
            if (Repository.isOutOfReach(e)) {
                throw e;
            }
            if (!Repository.isGone(e)) { // removed since it was listed
                found(name, String.valueOf(e.getMessage()));
            }
        }
    }

    private void small() throws IOException {
        for (ObjectName name : store.list(Kind.KEY)) {
            look(name, bytes -> KeyObject.parse(name, bytes));
        }
        for (ObjectName name : store.list(Kind.PIN)) {
            look(name, Pin::parse);
        }
        for (ObjectName name : store.list(Kind.MARK)) {
            look(name, Mark::parse);
        }
        for (ObjectName name : store.list(Kind.INDEX)) {
            look(name, bytes -> {
                if (key.isPresent() && Index.isOf(bytes, key.get())) {
                    Index.open(bytes, key.get());
                }
            });
        }
    }

    private void packs(List<ObjectName> packs) throws IOException {
        long done = 0;
        for (ObjectName name : packs) {
            follower.at("packs", done++, packs.size());
            if (share < 1 && random.nextDouble() >= share) {
                continue;
            }
            look(name, bytes -> {
                packsRead++;
                bytesRead += bytes.length;
                if (key.isPresent() && PackFormat.isOf(bytes, key.get())) {
                    PackFormat.table(bytes, key.get());
                }
            });
        }
    }

    private void lists(List<Snapshot> snapshots, Set<Snapshot> affected) throws IOException {
        Map<String, Repository> repositories = new HashMap<>();
        long done = 0;
        for (Snapshot snapshot : snapshots) {
            follower.at("snapshots", done++, snapshots.size());
            try {
                String keyHex = snapshot.outline().keyHex();
                Optional<ClientKey> own = key.filter(given -> given.keyHex().equals(keyHex));
                if (own.isEmpty() && identity.isPresent()) {
                    own = Optional.of(Repository.keyOf(store, snapshot, identity.get()));
                }
                if (own.isEmpty()) {
                    continue;
                }
                Repository repository = repositories.get(keyHex);
                if (repository == null) {
                    repository = Repository.open(store, own.get());
                    repositories.put(keyHex, repository);
                }
                repository.requireSigned(snapshot);
                if (identity.isPresent()) {
                    list(repository, snapshot, identity.get());
                }
            } catch (IOException e) {
                if (Repository.isOutOfReach(e)) {
                    throw e;
                }
                if (affected.add(snapshot)) {
                    found(snapshot.name(), String.valueOf(e.getMessage()));
                }
            }
        }
    }

    private void list(Repository repository, Snapshot snapshot, AgeIdentity opener) throws IOException {
        Set<ObjectName> kept = new HashSet<>(snapshot.outline().packs());
        List<ChunkId> listing = snapshot.open(opener).listing();
        var elsewhere = new HashSet<ChunkId>();
        listing.forEach(id -> noteElsewhere(repository, id, kept, elsewhere));
        try (ChunkReader reader = repository.reader(repository.packKeys(opener))) {
            var entries = new Listing.Reader(listing, reader);
            for (Optional<Node> next = entries.next(); next.isPresent(); next = entries.next()) {
                next.get().chunks().forEach(id -> noteElsewhere(repository, id, kept, elsewhere));
            }
        }
        if (!elsewhere.isEmpty()) { // a chunk may be in two packs, of which the table knows one
            Repository own = Repository.openOnly(store, repository.key(), kept);
            for (ChunkId id : elsewhere) {
                if (own.packOf(id).isEmpty()) {
                    throw new IOException(id + " is in none of the packs that the snapshot keeps");
                }
            }
        }
    }

    private static void noteElsewhere(Repository repository, ChunkId id, Set<ObjectName> kept, Set<ChunkId> elsewhere) {
        if (repository.packOf(id).filter(kept::contains).isEmpty()) {
            elsewhere.add(id);
        }
    }
}
