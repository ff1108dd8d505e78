package io.espalier.orchestrator.balance;

import io.espalier.protocol.Digest;
import io.espalier.protocol.HostName;
import java.util.Optional;
import javax.sql.DataSource;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Which version each balancer's document has; in the database, because balancers take only higher ones. */
final class Versions {

    private static final int TRIES = 20;

    private record Row(long version, String digest) {}

    private final JdbcClient jdbc;

    Versions(DataSource database) {
        this.jdbc = JdbcClient.create(database);
    }

    /** The version of this content: the one that it has already if nothing else came in between, else the next. */
    long of(HostName host, Digest content) {
        return number(host, content, 0);
    }

    /** A new version of this content above {@code taken}, for a balancer that has seen more than we remember. */
    long above(HostName host, Digest content, long taken) {
        return number(host, content, taken + 1);
    }

    private long number(HostName host, Digest content, long least) {
        for (int i = 0; i < TRIES; i++) {
            Optional<Row> known = jdbc.sql("select version, digest from balancer where host = :host")
                    .param("host", host.value())
                    .query((row, _) -> new Row(row.getLong("version"), row.getString("digest")))
                    .optional();
            if (known.isEmpty()) {
                long first = Math.max(1, least);
                if (insert(host, content, first)) {
                    return first;
                }
                continue; // another orchestrator was faster
            }
            Row row = known.get();
            if (row.digest().equals(content.hex()) && row.version() >= least) {
                return row.version();
            }
            long next = Math.max(row.version() + 1, least);
            int changed = jdbc.sql("update balancer set version = :next, digest = :digest"
                            + " where host = :host and version = :version")
                    .param("next", next)
                    .param("digest", content.hex())
                    .param("host", host.value())
                    .param("version", row.version())
                    .update();
            if (changed == 1) {
                return next;
            }
        }
        throw new IllegalStateException(host + ": its peers get another version all the time");
    }

    private boolean insert(HostName host, Digest content, long version) {
        try {
            jdbc.sql("insert into balancer (host, version, digest) values (:host, :version, :digest)")
                    .param("host", host.value())
                    .param("version", version)
                    .param("digest", content.hex())
                    .update();
            return true;
        } catch (DuplicateKeyException _) {
            return false;
        }
    }
}
