package io.espalier.orchestrator.job;

import io.espalier.protocol.HostName;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** The tables {@code host_job} and {@code job_run}. */
public final class JobRows {

    /** How many runs of each job are kept. */
    static final int KEPT = 50;

    private static final int MAX_WORK = 2_000;
    private static final int MAX_TIMING = 300;
    private static final int MAX_OUTPUT = 5_000;

    private static final String LAST = """
            select * from host_job left join (
                select r.host as r_host, r.job as r_job, r.due_at, r.started_at, r.took_ms, r.by_hand, r.ending,
                    r.status, r.output
                from job_run r join (select host, job, max(id) as id from job_run group by host, job) newest
                on r.id = newest.id) run
            on run.r_host = host_job.host and run.r_job = host_job.job
            """;

    private final JdbcClient jdbc;
    private final TransactionTemplate transactions;

    public JobRows(DataSource database) {
        this.jdbc = JdbcClient.create(database);
        this.transactions = new TransactionTemplate(new JdbcTransactionManager(database));
    }

    /** In place of what the host had. */
    void replace(HostName host, List<HostJob> jobs) {
        transactions.executeWithoutResult(_ -> {
            jdbc.sql("delete from host_job where host = :host")
                    .param("host", host.value())
                    .update();
            jobs.forEach(this::insert);
        });
    }

    private void insert(HostJob job) {
        jdbc.sql("""
                insert into host_job (host, job, timing, work, missed, overlap, next_at)
                values (:host, :job, :timing, :work, :missed, :overlap, :next)""")
                .param("host", job.host().value())
                .param("job", job.job())
                .param("timing", bounded(job.timing(), MAX_TIMING))
                .param("work", bounded(job.work(), MAX_WORK))
                .param("missed", job.missed())
                .param("overlap", job.overlap())
                .param("next", job.next().map(JobRows::utc).orElse(null))
                .update();
    }

    /** Adds a run; one that is there already is left. Of many, the oldest go. */
    void add(JobRun run, Optional<Instant> next) {
        if (next.isPresent()) {
            jdbc.sql("update host_job set next_at = :next where host = :host and job = :job")
                    .param("next", utc(next.get()))
                    .param("host", run.host().value())
                    .param("job", run.job())
                    .update();
        }
        try {
            jdbc.sql("""
                    insert into job_run (host, job, due_at, started_at, took_ms, by_hand, ending, status, output)
                    values (:host, :job, :due, :started, :took, :byHand, :ending, :status, :output)""")
                    .param("host", run.host().value())
                    .param("job", run.job())
                    .param("due", utc(run.due()))
                    .param("started", utc(run.started()))
                    .param("took", run.took().toMillis())
                    .param("byHand", run.byHand())
                    .param("ending", run.ending())
                    .param("status", run.status().isPresent() ? run.status().getAsInt() : null)
                    .param("output", bounded(run.output(), MAX_OUTPUT))
                    .update();
        } catch (DuplicateKeyException e) {
            return; // told again
        }
        jdbc.sql("""
                delete from job_run where host = :host and job = :job and id <= (
                    select id from job_run where host = :host and job = :job
                    order by id desc offset :kept rows fetch next 1 rows only)""")
                .param("host", run.host().value())
                .param("job", run.job())
                .param("kept", KEPT)
                .update();
    }

    /** By host and name. */
    List<HostJob> jobs(Optional<HostName> host) {
        return host.isEmpty()
                ? jdbc.sql(LAST + " order by host_job.host, host_job.job")
                        .query((row, _) -> job(row))
                        .list()
                : jdbc.sql(LAST + " where host_job.host = :host order by host_job.job")
                        .param("host", host.get().value())
                        .query((row, _) -> job(row))
                        .list();
    }

    /** The newest first. */
    List<JobRun> runs(HostName host, String job, int limit) {
        return jdbc.sql("select * from job_run where host = :host and job = :job order by id desc"
                        + " fetch first :limit rows only")
                .param("host", host.value())
                .param("job", job)
                .param("limit", limit)
                .query((row, _) -> run(row))
                .list();
    }

    private static HostJob job(ResultSet row) throws SQLException {
        Optional<JobRun> last = row.getString("r_host") == null ? Optional.empty() : Optional.of(run(row));
        return new HostJob(
                new HostName(row.getString("host")),
                row.getString("job"),
                row.getString("timing"),
                row.getString("work"),
                row.getString("missed"),
                row.getString("overlap"),
                Optional.ofNullable(row.getObject("next_at", OffsetDateTime.class))
                        .map(OffsetDateTime::toInstant),
                last);
    }

    private static JobRun run(ResultSet row) throws SQLException {
        int status = row.getInt("status");
        boolean hasStatus = !row.wasNull();
        return new JobRun(
                new HostName(row.getString("host")),
                row.getString("job"),
                row.getObject("due_at", OffsetDateTime.class).toInstant(),
                row.getObject("started_at", OffsetDateTime.class).toInstant(),
                Duration.ofMillis(row.getLong("took_ms")),
                row.getBoolean("by_hand"),
                row.getString("ending"),
                hasStatus ? OptionalInt.of(status) : OptionalInt.empty(),
                row.getString("output"));
    }

    private static OffsetDateTime utc(Instant at) {
        return at.atOffset(ZoneOffset.UTC);
    }

    private static String bounded(@Nullable String text, int most) {
        String told = text == null ? "" : text.replace('\0', '?');
        return told.length() <= most ? told : told.substring(0, most - 1) + "…";
    }
}
