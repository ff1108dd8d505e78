package io.espalier.orchestrator.rollout;

import static io.espalier.orchestrator.rollout.Columns.at;
import static io.espalier.orchestrator.rollout.Columns.bounded;

import io.espalier.orchestrator.fleet.Host;
import io.espalier.orchestrator.fleet.Vars;
import io.espalier.protocol.Digest;
import io.espalier.protocol.HostName;
import io.espalier.protocol.Reason;
import io.espalier.protocol.ReleaseId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;

/** Host steps as rows of {@code rollout_host}. Many are written in one batch: a thousand hosts are one round trip. */
final class StepRows {

    private static final int MAX_RELOADS = 4_000;

    private final JdbcTemplate jdbc;

    StepRows(JdbcTemplate jdbc) {
        this.jdbc = jdbc;
    }

    void insert(RolloutId id, List<HostStep> steps) {
        jdbc.batchUpdate("""
                insert into rollout_host (rollout_id, host, tier, wave, place, address, port, ssh_user, host_key, jump,
                  from_release, to_release, observed, changes, reloads,
                  state, number, attempts, changed, took_ms, reason, detail, started_at, ended_at)
                values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""", steps.stream().map(step -> inserted(id, step)).toList());
    }

    private static @Nullable Object[] inserted(RolloutId id, HostStep step) {
        Host.SshAddress ssh = step.host().ssh();
        Result result = Result.of(step.state());
        return new @Nullable Object[] {
            id.value(),
            step.name().value(),
            step.host().tier(),
            step.wave(),
            step.place(),
            ssh.address(),
            ssh.port(),
            ssh.user(),
            ssh.hostKey().orElse(null),
            ssh.jump().map(HostName::value).orElse(null),
            hex(step.from()),
            step.to().digest().hex(),
            step.observed().map(Digest::hex).orElse(null),
            step.changes(),
            bounded(Columns.list(step.reloads()), MAX_RELOADS),
            step.state().word(),
            step.number(),
            step.attempts(),
            result.changed(),
            result.tookMillis(),
            result.reason(),
            result.detail(),
            at(step.startedAt()),
            at(step.endedAt())
        };
    }

    void update(RolloutId id, Collection<HostStep> steps) {
        jdbc.batchUpdate("""
                update rollout_host set from_release = ?, observed = ?, changes = ?, reloads = ?, state = ?, number = ?,
                  attempts = ?, changed = ?, took_ms = ?, reason = ?, detail = ?, started_at = ?, ended_at = ?
                where rollout_id = ? and host = ?""", steps.stream().map(step -> updated(id, step)).toList());
    }

    private static @Nullable Object[] updated(RolloutId id, HostStep step) {
        Result result = Result.of(step.state());
        return new @Nullable Object[] {
            hex(step.from()),
            step.observed().map(Digest::hex).orElse(null),
            step.changes(),
            bounded(Columns.list(step.reloads()), MAX_RELOADS),
            step.state().word(),
            step.number(),
            step.attempts(),
            result.changed(),
            result.tookMillis(),
            result.reason(),
            result.detail(),
            at(step.startedAt()),
            at(step.endedAt()),
            id.value(),
            step.name().value()
        };
    }

    void delete(RolloutId id) {
        jdbc.update("delete from rollout_host where rollout_id = ?", id.value());
    }

    /** In the order in which they are taken. */
    List<HostStep> of(RolloutId id) {
        return jdbc.query(
                "select * from rollout_host where rollout_id = ? order by wave, place, host",
                StepRows::read,
                id.value());
    }

    /** Of the newest rollouts that had to do with {@code host}, newest first. */
    List<HostStep> recent(HostName host, int limit) {
        return jdbc.query(
                "select * from rollout_host where host = ? order by rollout_id desc limit ?",
                StepRows::read,
                host.value(),
                limit);
    }

    private static HostStep read(ResultSet row, int number) throws SQLException {
        var host = new Host(
                new HostName(row.getString("host")),
                new Host.SshAddress(
                        row.getString("address"),
                        row.getInt("port"),
                        row.getString("ssh_user"),
                        Columns.text(row, "host_key"),
                        Columns.text(row, "jump").map(HostName::new)),
                row.getString("tier"),
                Collections.unmodifiableSortedSet(new TreeSet<>()),
                Vars.NONE);
        return new HostStep(
                host,
                row.getInt("wave"),
                row.getInt("place"),
                Columns.text(row, "from_release").map(ReleaseId::parse),
                ReleaseId.parse(row.getString("to_release")),
                Columns.text(row, "observed").map(Digest::new),
                row.getInt("changes"),
                Columns.list(row.getString("reloads")),
                row.getLong("number"),
                row.getInt("attempts"),
                Result.state(row),
                Columns.instant(row, "started_at"),
                Columns.instant(row, "ended_at"));
    }

    private static @Nullable String hex(Optional<ReleaseId> release) {
        return release.map(id -> id.digest().hex()).orElse(null);
    }

    /** A step's state as columns beside its word. */
    private record Result(int changed, long tookMillis, String reason, String detail) {

        static Result of(StepState state) {
            return switch (state) {
                case StepState.InSync _, StepState.Pending _, StepState.Sending _ -> new Result(0, 0, "", "");
                case StepState.Applied(var changed, var took) -> new Result(changed, took, "", "");
                case StepState.Failed(var reason, var detail) -> failed(reason, detail);
                case StepState.Waiting(var reason, var detail) -> failed(reason, detail);
            };
        }

        private static Result failed(Reason reason, String detail) {
            return new Result(0, 0, reason.word(), bounded(detail, Columns.MAX_DETAIL));
        }

        static StepState state(ResultSet row) throws SQLException {
            String word = row.getString("state");
            return switch (word) {
                case "in-sync" -> new StepState.InSync();
                case "pending" -> new StepState.Pending();
                case "applying" -> new StepState.Sending(row.getLong("number"));
                case "applied" -> new StepState.Applied(row.getInt("changed"), row.getLong("took_ms"));
                case "failed" -> new StepState.Failed(Reason.parse(row.getString("reason")), row.getString("detail"));
                case "waiting" -> new StepState.Waiting(Reason.parse(row.getString("reason")), row.getString("detail"));
                default -> throw new IllegalStateException("step state: " + word + " (unknown)");
            };
        }
    }
}
