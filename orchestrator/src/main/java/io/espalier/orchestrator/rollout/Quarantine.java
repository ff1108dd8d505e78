package io.espalier.orchestrator.rollout;

import static io.espalier.orchestrator.rollout.Columns.at;
import static io.espalier.orchestrator.rollout.Columns.bounded;

import io.espalier.protocol.Digest;
import io.espalier.protocol.HostName;
import io.espalier.protocol.Reason;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * What must not be tried again by itself: a target that failed, was aborted or was rolled back, for the whole fleet or
 * for one host. Another target, which is what a newer commit gives, is not in it.
 */
public final class Quarantine {

    /**
     * @param host empty: the whole fleet
     * @param target {@link io.espalier.orchestrator.release.ReleaseSet#key()} of what is not tried again
     * @param released who let it out; empty while it is in force
     */
    public record Entry(
            long id,
            String fleet,
            Optional<HostName> host,
            Digest target,
            String revision,
            Reason reason,
            String detail,
            Instant at,
            Optional<String> released) {}

    private final JdbcClient jdbc;
    private final InstantSource clock;

    Quarantine(JdbcClient jdbc, InstantSource clock) {
        this.jdbc = jdbc;
        this.clock = clock;
    }

    /** The entry that keeps {@code target} from the whole of {@code fleet}, if there is one. */
    public Optional<Entry> of(String fleet, Digest target) {
        return jdbc.sql("select * from quarantine where fleet = ? and target = ? and host is null"
                        + " and released_at is null order by id limit 1")
                .params(fleet, target.hex())
                .query(Quarantine::read)
                .optional();
    }

    /** The hosts of {@code fleet} for which {@code target} is quarantined. */
    public Set<HostName> hosts(String fleet, Digest target) {
        return new HashSet<>(jdbc.sql("select distinct host from quarantine where fleet = ? and target = ?"
                        + " and host is not null and released_at is null")
                .params(fleet, target.hex())
                .query((row, _) -> new HostName(row.getString(1)))
                .list());
    }

    /** All that is in force, newest first. */
    public List<Entry> inForce(int limit) {
        return jdbc.sql("select * from quarantine where released_at is null order by id desc limit ?")
                .param(limit)
                .query(Quarantine::read)
                .list();
    }

    Optional<Entry> find(long id) {
        return jdbc.sql("select * from quarantine where id = ?")
                .param(id)
                .query(Quarantine::read)
                .optional();
    }

    /** Part of the caller's transaction, if there is one. What is quarantined already stays as it is. */
    void add(Rollout rollout, Optional<HostName> host, Reason reason, String detail) {
        boolean isIn = host.map(name -> hosts(rollout.fleet(), rollout.target()).contains(name))
                .orElseGet(() -> of(rollout.fleet(), rollout.target()).isPresent());
        if (isIn) {
            return;
        }
        jdbc.sql("insert into quarantine (fleet, host, target, revision, reason, detail, at)"
                        + " values (?, ?, ?, ?, ?, ?, ?)")
                .params(java.util.Arrays.asList(
                        rollout.fleet(),
                        host.map(HostName::value).orElse(null),
                        rollout.target().hex(),
                        rollout.revision(),
                        reason.word(),
                        bounded(detail, Columns.MAX_DETAIL),
                        at(clock.instant())))
                .update();
    }

    void release(long id, String by) {
        jdbc.sql("update quarantine set released_by = ?, released_at = ? where id = ? and released_at is null")
                .params(by, at(clock.instant()), id)
                .update();
    }

    /** Lets {@code target} out for the fleet and for {@code hosts}. */
    void release(String fleet, Digest target, Set<HostName> hosts, String by) {
        jdbc.sql("update quarantine set released_by = ?, released_at = ?"
                        + " where fleet = ? and target = ? and host is null and released_at is null")
                .params(by, at(clock.instant()), fleet, target.hex())
                .update();
        for (HostName host : hosts) {
            jdbc.sql("update quarantine set released_by = ?, released_at = ?"
                            + " where fleet = ? and target = ? and host = ? and released_at is null")
                    .params(by, at(clock.instant()), fleet, target.hex(), host.value())
                    .update();
        }
    }

    private static Entry read(ResultSet row, int number) throws SQLException {
        return new Entry(
                row.getLong("id"),
                row.getString("fleet"),
                Columns.text(row, "host").map(HostName::new),
                new Digest(row.getString("target")),
                row.getString("revision"),
                Reason.parse(row.getString("reason")),
                row.getString("detail"),
                Columns.instant(row, "at").orElseThrow(),
                Columns.text(row, "released_by"));
    }
}
