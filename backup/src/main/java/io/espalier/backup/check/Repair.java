package io.espalier.backup.check;

import io.espalier.backup.crypt.ClientKey;
import io.espalier.backup.repository.Index;
import io.espalier.backup.repository.KeyObject;
import io.espalier.backup.repository.ObjectName;
import io.espalier.backup.repository.ObjectName.Kind;
import io.espalier.backup.repository.ObjectReader;
import io.espalier.backup.repository.ObjectStore;
import io.espalier.backup.repository.PackFormat;
import io.espalier.backup.repository.Repository;
import io.espalier.backup.repository.Snapshot;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Makes a copy of a damaged repository that holds everything that is still good, with its index made anew from the packs.
 * The damaged one is only read.
 */
public final class Repair {

    private final ObjectReader from;
    private final ObjectStore to;
    private final ClientKey key;
    private final Check.Follower follower;
    private final List<Check.Finding> lost = new ArrayList<>();
    private final Set<ObjectName> copiedPacks = new HashSet<>();
    private final List<Index.Packed> unindexed = new ArrayList<>();
    private int copied;

    /** @param key of the client whose index is made anew; indexes of others are copied as they are */
    public Repair(ObjectReader from, ObjectStore to, ClientKey key, Check.Follower follower) {
        this.from = from;
        this.to = to;
        this.key = key;
        this.follower = follower;
    }

    /**
     * What became of it.
     *
     * @param lost objects that are not in the copy, and why
     * @param whole snapshots that can be restored wholly
     * @param incomplete snapshots that miss packs; the rest of them can be restored
     */
    public record Report(int copied, List<Check.Finding> lost, List<Snapshot> whole, List<Snapshot> incomplete) {}

    /** @throws IOException if the copy is not empty, or either side is out of reach */
    public Report run() throws IOException {
        for (Kind kind : Kind.values()) {
            if (!to.list(kind).isEmpty()) {
                throw new IOException("the place for the copy is not empty: it has " + kind.folder());
            }
        }
        for (ObjectName name : from.list(Kind.KEY)) {
            copy(name, bytes -> KeyObject.parse(name, bytes));
        }
        List<ObjectName> packs = from.list(Kind.PACK);
        long done = 0;
        for (ObjectName name : packs) {
            follower.at("packs", done++, packs.size());
            copy(name, bytes -> {
                if (PackFormat.isOf(bytes, key)) {
                    unindexed.add(new Index.Packed(name, bytes.length, PackFormat.table(bytes, key)));
                }
                copiedPacks.add(name);
            });
            if (unindexed.stream()
                            .mapToInt(packed -> packed.table().entries().size())
                            .sum()
                    >= Index.MOST_ENTRIES) {
                writeIndex();
            }
        }
        writeIndex(); // after its packs
        for (ObjectName name : from.list(Kind.INDEX)) {
            try {
                if (Index.isOf(from.get(name), key)) {
                    continue; // made anew
                }
            } catch (IOException e) {
                // copy says what is wrong with it
            }
            copy(name, bytes -> {});
        }
        var whole = new ArrayList<Snapshot>();
        var incomplete = new ArrayList<Snapshot>();
        for (ObjectName name : from.list(Kind.SNAPSHOT)) {
            copy(name, bytes -> {
                Snapshot snapshot = Snapshot.parse(name, bytes);
                (copiedPacks.containsAll(snapshot.outline().packs()) ? whole : incomplete).add(snapshot);
            });
        }
        return new Report(copied, List.copyOf(lost), List.copyOf(whole), List.copyOf(incomplete));
    }

    private interface Look {
        void at(byte[] bytes) throws IOException;
    }

    private void copy(ObjectName name, Look look) throws IOException {
        byte[] bytes;
        try {
            bytes = from.get(name);
            look.at(bytes);
        } catch (IOException e) {
            if (Repository.isOutOfReach(e)) {
                throw e;
            }
            lost.add(new Check.Finding(name, String.valueOf(e.getMessage())));
            return;
        }
        to.put(name, ByteBuffer.wrap(bytes));
        copied++;
    }

    private void writeIndex() throws IOException {
        if (!unindexed.isEmpty()) {
            byte[] index = new Index(unindexed, List.of()).seal(key);
            to.put(ObjectName.of(Kind.INDEX, index), ByteBuffer.wrap(index));
            unindexed.clear();
        }
    }
}
