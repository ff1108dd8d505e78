package io.espalier.orchestrator.rollout;

import static io.espalier.orchestrator.rollout.Columns.at;

import io.espalier.protocol.Digest;
import io.espalier.protocol.HostName;
import io.espalier.protocol.ReleaseId;
import io.espalier.protocol.release.Manifest;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.springframework.jdbc.core.JdbcTemplate;

/** Which releases each host committed, and when: where a rollback goes to. */
public final class HostHistory {

    /**
     * @param target of the rollout that brought it
     * @param number of the manifest that the host's agent took
     */
    public record Entry(
            HostName host,
            ReleaseId release,
            Digest target,
            RolloutId rollout,
            Manifest.Kind kind,
            long number,
            Instant at) {}

    private final JdbcTemplate jdbc;

    HostHistory(JdbcTemplate jdbc) {
        this.jdbc = jdbc;
    }

    /** Part of the caller's transaction, if there is one. */
    void add(Rollout rollout, List<HostStep> applied) {
        jdbc.batchUpdate(
                "insert into host_release (host, release_id, target, rollout_id, kind, number, at)"
                        + " values (?, ?, ?, ?, ?, ?, ?)",
                applied.stream()
                        .map(step -> new Object[] {
                            step.name().value(),
                            step.to().digest().hex(),
                            rollout.target().hex(),
                            rollout.id().value(),
                            rollout.kind().name(),
                            step.number(),
                            at(step.endedAt().orElse(rollout.createdAt()))
                        })
                        .toList());
    }

    /** The newest {@code limit} of {@code host}, newest first. */
    public List<Entry> of(HostName host, int limit) {
        return jdbc.query(
                "select * from host_release where host = ? order by id desc limit ?",
                HostHistory::read,
                host.value(),
                limit);
    }

    /**
     * The newest release of {@code host} other than {@code held} that is not quarantined for it.
     *
     * @param leaving a target that is about to be quarantined
     */
    Optional<Entry> previous(String fleet, HostName host, Optional<ReleaseId> held, Optional<Digest> leaving) {
        return jdbc
                .query(
                        """
                        select * from host_release r where r.host = ? and r.release_id <> ? and r.target <> ?
                          and not exists (
                            select 1 from quarantine q where q.fleet = ? and q.target = r.target
                              and (q.host is null or q.host = r.host) and q.released_at is null)
                        order by r.id desc limit 1""",
                        HostHistory::read,
                        host.value(),
                        held.map(id -> id.digest().hex()).orElse(""),
                        leaving.map(Digest::hex).orElse(""),
                        fleet)
                .stream()
                .findFirst();
    }

    private static Entry read(ResultSet row, int number) throws SQLException {
        return new Entry(
                new HostName(row.getString("host")),
                ReleaseId.parse(row.getString("release_id")),
                new Digest(row.getString("target")),
                new RolloutId(row.getLong("rollout_id")),
                Manifest.Kind.valueOf(row.getString("kind")),
                row.getLong("number"),
                Columns.instant(row, "at").orElseThrow());
    }
}
