package io.espalier.backup.transport;

import io.espalier.backup.repository.ObjectName;
import io.espalier.backup.repository.ObjectSink;
import io.espalier.backup.repository.Receipt;
import io.espalier.backup.repository.StoreException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/** To a server through a Redis Cluster. As many objects at once as there are lanes; more wait for one. */
public final class RedisSink implements ObjectSink, RemoteReader.Asker, AutoCloseable {
    private final RedisBus bus;
    private final int lanes;
    private final BlockingQueue<RedisLane> free;

    /**
     * @param lanes sessions at once; each has its own window in Redis
     * @param silence of the server after which a session is given up
     * @param idle after which a session is not used any more
     * @param patience for one object, all tries together
     */
    public record Settings(Auid auid, HostKey key, int lanes, Duration silence, Duration idle, Duration patience) {
        public Settings {
            if (lanes < 1 || lanes > 16) {
                throw new IllegalArgumentException("lanes: " + lanes + " (expected: 1 to 16)");
            }
        }

        /** Four lanes; 10 s of silence; 15 minutes for an object. */
        public static Settings of(Auid auid, HostKey key) {
            return new Settings(auid, key, 4, Duration.ofSeconds(10), Duration.ofSeconds(20), Duration.ofMinutes(15));
        }
    }

    /** @param bus closed with this sink */
    public RedisSink(RedisBus bus, Settings settings, Receipts.Verifier verifier) {
        this.bus = bus;
        this.lanes = settings.lanes();
        this.free = new ArrayBlockingQueue<>(settings.lanes());
        for (int i = 0; i < settings.lanes(); i++) {
            free.add(new RedisLane(bus, settings, verifier, i));
        }
    }

    @Override
    public Receipt put(ObjectName name, ByteBuffer content) throws StoreException, InterruptedException {
        RedisLane lane = free.take();
        try {
            return lane.put(name, content);
        } finally {
            free.add(lane);
        }
    }

    @Override
    public byte[] ask(byte[] question) throws StoreException, InterruptedException {
        RedisLane lane = free.take();
        try {
            return lane.ask(question);
        } finally {
            free.add(lane);
        }
    }

    /** Ends the sessions; a {@code put} that is under way has ten seconds to come back. */
    @Override
    public void close() {
        try {
            for (int i = 0; i < lanes; i++) {
                RedisLane lane = free.poll(10, TimeUnit.SECONDS);
                if (lane != null) {
                    lane.drop();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            bus.close();
        }
    }
}
