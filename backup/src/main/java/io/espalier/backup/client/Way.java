package io.espalier.backup.client;

import io.espalier.backup.repository.ObjectReader;
import io.espalier.backup.repository.ObjectSink;
import io.espalier.backup.repository.ObjectStore;
import io.espalier.backup.transport.DirectSink;
import io.espalier.backup.transport.Receipts;
import io.espalier.backup.transport.RedisBus;
import io.espalier.backup.transport.RedisSink;
import io.espalier.backup.transport.RemoteReader;

/**
 * The way to a host's own store: what is put comes back with a receipt, what is there can be looked up.
 *
 * @param isSpooled whether objects wait on this host's disk until their receipt; not for a store that is on it
 */
public record Way(ObjectReader reader, ObjectSink sink, boolean isSpooled, Runnable end) implements AutoCloseable {

    /** A store of this machine. */
    public static Way local(ObjectStore store) {
        return new Way(store, ObjectSink.of(store, "local"), false, () -> {});
    }

    /** A server, over HTTPS. */
    public static Way direct(DirectSink.Settings settings, Receipts.Verifier verifier) {
        var sink = new DirectSink(settings, verifier);
        return new Way(new RemoteReader(sink), sink, true, sink::close);
    }

    /** A server, through a Redis Cluster. */
    public static Way redis(RedisBus.Settings cluster, RedisSink.Settings settings, Receipts.Verifier verifier) {
        var sink = new RedisSink(new RedisBus(cluster), settings, verifier);
        return new Way(new RemoteReader(sink), sink, true, sink::close);
    }

    @Override
    public void close() {
        end.run();
    }
}
