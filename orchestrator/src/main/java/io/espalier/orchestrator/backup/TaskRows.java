package io.espalier.orchestrator.backup;

import io.espalier.orchestrator.backup.BackupTask.Action;
import io.espalier.orchestrator.backup.BackupTask.State;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.GeneratedKeyHolder;

/** The table {@code backup_task}. */
final class TaskRows {
    private static final int MOST_TEXT = 2_000;
    private static final int MOST_NOTES = 20_000;

    private final JdbcClient jdbc;

    TaskRows(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    BackupTask begin(Action action, String host, String kind, String by, Instant at) {
        var key = new GeneratedKeyHolder();
        jdbc.sql("insert into backup_task (action, host, kind, state, started_by, started_at, entries, bytes, added,"
                        + " notes) values (:action, :host, :kind, 'running', :by, :at, 0, 0, 0, '')")
                .param("action", action.word())
                .param("host", host)
                .param("kind", kind)
                .param("by", bounded(by, 1_000))
                .param("at", time(at))
                .update(key, "id");
        long id = java.util.Objects.requireNonNull(key.getKey()).longValue();
        return new BackupTask(
                id,
                action,
                host,
                kind,
                State.RUNNING,
                by,
                at,
                Optional.empty(),
                Optional.empty(),
                0,
                0,
                0,
                "",
                Optional.empty(),
                "",
                List.of());
    }

    void end(BackupTask task) {
        jdbc.sql("update backup_task set state = :state, ended_at = :at, snapshot = :snapshot, entries = :entries,"
                        + " bytes = :bytes, added = :added, reason = :reason, detail = :detail, notes = :notes"
                        + " where id = :id")
                .param("state", task.state().word())
                .param("at", task.endedAt().map(TaskRows::time).orElse(null))
                .param("snapshot", task.snapshot().orElse(null))
                .param("entries", task.entries())
                .param("bytes", task.bytes())
                .param("added", task.added())
                .param("reason", task.reason().orElse(null))
                .param("detail", bounded(task.detail(), MOST_TEXT))
                .param("notes", bounded(String.join("\n", task.notes()), MOST_NOTES))
                .param("id", task.id())
                .update();
    }

    /** What an orchestrator before this one did not bring to its end. */
    void interrupt(Instant at) {
        jdbc.sql("update backup_task set state = 'failed', ended_at = :at, reason = 'interrupted',"
                        + " detail = 'the orchestrator ended' where state = 'running'")
                .param("at", time(at))
                .update();
    }

    List<BackupTask> newest(int limit) {
        return jdbc.sql("select * from backup_task order by id desc limit :limit")
                .param("limit", limit)
                .query(TaskRows::read)
                .list();
    }

    Optional<BackupTask> find(long id) {
        return jdbc.sql("select * from backup_task where id = :id")
                .param("id", id)
                .query(TaskRows::read)
                .optional();
    }

    /** The newest run of each kind of a host. */
    List<BackupTask> lastRuns(String host) {
        return jdbc.sql("select * from backup_task where id in (select max(id) from backup_task"
                        + " where host = :host and action = 'run' group by kind)")
                .param("host", host)
                .query(TaskRows::read)
                .list();
    }

    /** When a host's newest drill was begun; empty: never. */
    Optional<Instant> lastDrill(String host) {
        return jdbc.sql("select started_at from backup_task where host = :host and action = 'drill'"
                        + " order by id desc limit 1")
                .param("host", host)
                .query(OffsetDateTime.class)
                .optional()
                .map(OffsetDateTime::toInstant);
    }

    private static BackupTask read(ResultSet row, int number) throws SQLException {
        String notes = row.getString("notes");
        return new BackupTask(
                row.getLong("id"),
                Action.valueOf(row.getString("action").toUpperCase(Locale.ROOT)),
                row.getString("host"),
                row.getString("kind"),
                State.valueOf(row.getString("state").toUpperCase(Locale.ROOT)),
                row.getString("started_by"),
                row.getObject("started_at", OffsetDateTime.class).toInstant(),
                Optional.ofNullable(row.getObject("ended_at", OffsetDateTime.class))
                        .map(OffsetDateTime::toInstant),
                Optional.ofNullable(row.getString("snapshot")),
                row.getLong("entries"),
                row.getLong("bytes"),
                row.getLong("added"),
                "",
                Optional.ofNullable(row.getString("reason")),
                Optional.ofNullable(row.getString("detail")).orElse(""),
                notes.isEmpty() ? List.of() : List.of(notes.split("\n", -1)));
    }

    private static OffsetDateTime time(Instant at) {
        return OffsetDateTime.ofInstant(at, ZoneOffset.UTC);
    }

    private static String bounded(String text, int most) {
        return text.length() <= most ? text : text.substring(0, most - 1) + "…";
    }
}
