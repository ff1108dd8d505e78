package io.espalier.backup.repository;

import java.nio.ByteBuffer;

/**
 * Where a client hands its objects to: straight to a store, or over a transport to a server. The client does not know
 * which. Safe for all threads.
 */
public interface ObjectSink {

    /**
     * Hands an object over. When it returns, whoever keeps it has it durably and has said so.
     *
     * @param content left as it is
     * @return the keeper's word, already verified
     * @throws StoreException if there is no such word; the object may be handed over again
     */
    Receipt put(ObjectName name, ByteBuffer content) throws StoreException, InterruptedException;

    /** Straight into a store. */
    static ObjectSink of(ObjectStore store, String keeper) {
        return (name, content) -> {
            store.put(name, content);
            return new Receipt(name, content.remaining(), keeper, "");
        };
    }
}
