package io.espalier.orchestrator.source.webhook;

import io.espalier.orchestrator.source.SourceName;
import io.espalier.protocol.Digest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The deliveries of the last 24 hours, at most {@value #MAX}, so that a replayed one does nothing. Answered from memory;
 * the table {@code webhook_delivery} is written behind and only makes a restart remember. Should it lag or lose one,
 * a replay costs one look at a source.
 */
public final class Deliveries implements AutoCloseable {

    static final int MAX = 10_000;
    static final Duration REMEMBERED = Duration.ofHours(24);

    private static final Logger LOG = LoggerFactory.getLogger(Deliveries.class);
    private static final int MAX_BEHIND = 1_000;
    private static final Duration GRACE = Duration.ofSeconds(5);

    private record Key(SourceName source, Digest delivery) {}

    private record Row(Key key, Instant at) {}

    private final JdbcClient jdbc;
    private final InstantSource clock;

    /** Oldest first. */
    private final LinkedHashMap<Key, Instant> known = new LinkedHashMap<>();

    private final BlockingQueue<Row> behind = new ArrayBlockingQueue<>(MAX_BEHIND);
    private @Nullable Thread writer;

    public Deliveries(JdbcClient jdbc, InstantSource clock) {
        this.jdbc = jdbc;
        this.clock = clock;
    }

    /** Recalls what was taken before a restart, and begins to write. */
    public synchronized void start() {
        jdbc.sql("select source, delivery, received_at from webhook_delivery where received_at > :since"
                        + " order by received_at desc fetch first " + MAX + " rows only")
                .param("since", utc(clock.instant().minus(REMEMBERED)))
                .query((row, _) -> new Row(
                        new Key(new SourceName(row.getString("source")), new Digest(row.getString("delivery"))),
                        row.getObject("received_at", OffsetDateTime.class).toInstant()))
                .list()
                .reversed()
                .forEach(row -> known.put(row.key(), row.at()));
        writer = Thread.ofVirtual().name("webhook-deliveries").start(this::write);
    }

    /** Whether this delivery is a new one, which it is only once. */
    synchronized boolean isNew(SourceName source, String id) {
        Instant now = clock.instant();
        var key = new Key(source, Digest.of(id.getBytes(StandardCharsets.UTF_8)));
        Instant before = known.get(key);
        if (before != null && before.isAfter(now.minus(REMEMBERED))) {
            return false;
        }
        known.remove(key);
        known.put(key, now);
        if (known.size() > MAX) {
            known.remove(known.firstEntry().getKey());
        }
        if (!behind.offer(new Row(key, now))) {
            LOG.atDebug().log("the table of deliveries lags; one is left out");
        }
        return true;
    }

    private void write() {
        Instant pruned = Instant.EPOCH;
        try {
            while (true) {
                Row row = behind.take();
                try {
                    insert(row);
                    if (pruned.isBefore(row.at().minus(Duration.ofHours(1)))) {
                        prune(row.at());
                        pruned = row.at();
                    }
                } catch (RuntimeException e) {
                    LOG.atWarn().setCause(e).log("a webhook delivery could not be remembered beyond a restart");
                }
            }
        } catch (InterruptedException _) {
            LOG.atDebug().log("closed");
        }
    }

    private void insert(Row row) {
        try {
            jdbc.sql("insert into webhook_delivery (source, delivery, received_at) values (:source, :delivery, :at)")
                    .param("source", row.key().source().value())
                    .param("delivery", row.key().delivery().hex())
                    .param("at", utc(row.at()))
                    .update();
        } catch (DuplicateKeyException _) {
            jdbc.sql("update webhook_delivery set received_at = :at where source = :source and delivery = :delivery")
                    .param("source", row.key().source().value())
                    .param("delivery", row.key().delivery().hex())
                    .param("at", utc(row.at()))
                    .update();
        }
    }

    private void prune(Instant now) {
        jdbc.sql("delete from webhook_delivery where received_at <= :before")
                .param("before", utc(now.minus(REMEMBERED)))
                .update();
    }

    private static OffsetDateTime utc(Instant at) {
        return at.atOffset(ZoneOffset.UTC);
    }

    /** Ends writing; what was not written yet is forgotten. */
    @Override
    public void close() {
        Thread ending;
        synchronized (this) {
            ending = writer;
            writer = null;
        }
        if (ending == null) {
            return;
        }
        ending.interrupt();
        try {
            ending.join(GRACE);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
