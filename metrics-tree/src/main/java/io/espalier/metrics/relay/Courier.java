package io.espalier.metrics.relay;

import io.espalier.metrics.bytes.BadBytesException;
import io.espalier.metrics.tree.Batch;
import io.espalier.metrics.tree.DeltaReader;
import io.espalier.metrics.tree.Ledger;
import io.espalier.metrics.tree.MetricTree;
import java.util.Optional;

/** Takes parcels into a tree, each once and in the order of their numbers. Safe for all threads. */
public final class Courier {
    private final MetricTree tree;

    public Courier(MetricTree tree) {
        this.tree = tree;
    }

    /** Whether {@code text} can be the name of a sender: 32 hexadecimal digits. */
    public static boolean isSender(String text) {
        return text.matches("[0-9a-f]{32}");
    }

    /**
     * Merges one parcel, or not: the outcome says which.
     *
     * @param delta of the parcel, inflated
     * @throws BadBytesException if it is none; nothing is merged then
     */
    public Ledger.Outcome take(String sender, Shipment.Item item, byte[] delta) throws BadBytesException {
        Parcel parcel = item.parcel();
        // Most of what comes again is known by its number: not worth reading.
        boolean isSeen = parcel.number() <= tree.ledger().merged(sender).number();
        Batch batch = isSeen ? new Batch() : read(sender, delta);
        var mark =
                new Ledger.Mark(parcel.number(), parcel.before() + parcel.leaves(), parcel.checksum(), tree.millis());
        return tree.ledger()
                .merge(sender, new Ledger.Entry(item.follows(), parcel.previous(), parcel.before(), mark), batch);
    }

    private Batch read(String sender, byte[] delta) throws BadBytesException {
        try {
            return DeltaReader.read(delta);
        } catch (BadBytesException e) {
            tree.note("drops,bad-parcel", 1, Optional.of(sender + ": " + e.getMessage()));
            throw e;
        }
    }

    public Standing standing(String sender) {
        Ledger ledger = tree.ledger();
        // Read first: what becomes durable meanwhile must not stand before what is merged.
        long durable = ledger.durable(sender);
        Ledger.Mark merged = ledger.merged(sender);
        return new Standing(merged.number(), merged.checksum(), Math.min(durable, merged.number()), ledger.isKept());
    }
}
