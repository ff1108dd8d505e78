package io.espalier.orchestrator.host;

import io.espalier.orchestrator.store.Database;
import io.espalier.orchestrator.store.Lead;
import io.espalier.protocol.Auid;
import io.espalier.protocol.HostName;
import io.espalier.protocol.Reason;
import io.espalier.protocol.ReleaseId;
import io.espalier.protocol.wire.Facts;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** The tables {@code host} and {@code host_auid}. */
public final class HostRows {

    /** As wide as the columns are. */
    private static final int MAX_DETAIL = 2_000;

    private static final int MAX_FACTS = 100_000;

    private static final JsonMapper JSON = JsonMapper.shared();

    private static final String COLUMNS = """
            auid = :auid, address = :address, port = :port, ssh_user = :ssh_user, tags = :tags,
            enrolled_at = :enrolled_at, host_key = :host_key, presented_key = :presented_key,
            agent_version = :agent_version, reachable = :reachable, reason = :reason, detail = :detail,
            since = :since, last_seen = :last_seen, phase = :phase, phase_reason = :phase_reason,
            phase_detail = :phase_detail, wanted_release = :wanted_release, release_id = :release_id,
            number = :number, awaiting = :awaiting, drifted = :drifted, clock_skew_ms = :clock_skew_ms,
            started_at = :started_at, facts = :facts
            """;

    private static final String INSERT = """
            insert into host (name, auid, address, port, ssh_user, tags, enrolled_at, host_key, presented_key,
                agent_version, reachable, reason, detail, since, last_seen, phase, phase_reason, phase_detail,
                wanted_release, release_id, number, awaiting, drifted, clock_skew_ms, started_at, facts)
            values (:name, :auid, :address, :port, :ssh_user, :tags, :enrolled_at, :host_key, :presented_key,
                :agent_version, :reachable, :reason, :detail, :since, :last_seen, :phase, :phase_reason,
                :phase_detail, :wanted_release, :release_id, :number, :awaiting, :drifted, :clock_skew_ms,
                :started_at, :facts)
            """;

    private final JdbcClient jdbc;
    private final Lead lead;
    private final TransactionTemplate transactions;

    public HostRows(DataSource database) {
        this(database, Lead.ALONE);
    }

    /** @param lead under which everything is written */
    public HostRows(DataSource database, Lead lead) {
        this.lead = lead;
        this.jdbc = JdbcClient.create(database);
        this.transactions = new TransactionTemplate(new JdbcTransactionManager(database));
    }

    List<HostRecord> all() {
        return jdbc.sql("select * from host order by name")
                .query((row, _) -> read(row))
                .list();
    }

    /** Runs {@code changes} as one transaction. */
    void together(Runnable changes) {
        lead.fenced(() -> transactions.executeWithoutResult(_ -> changes.run()));
    }

    void write(HostRecord record) {
        lead.fenced(() -> updateOrInsert(record));
    }

    private void updateOrInsert(HostRecord record) {
        int updated = bind(jdbc.sql("update host set " + COLUMNS + " where name = :name"), record)
                .update();
        if (updated == 0) {
            bind(jdbc.sql(INSERT), record).update();
        }
    }

    void delete(HostName host) {
        lead.fenced(() -> jdbc.sql("delete from host where name = :name")
                .param("name", host.value())
                .update());
    }

    /** @throws IllegalArgumentException if another host has, or had, this id */
    void claim(Auid auid, HostName host, Instant now) {
        Optional<String> holder = holder(auid);
        if (holder.isEmpty()) {
            try {
                lead.fenced(() -> jdbc.sql("insert into host_auid (auid, host, given_at) values (:auid, :host, :at)")
                        .param("auid", auid.value())
                        .param("host", host.value())
                        .param("at", now.atOffset(ZoneOffset.UTC))
                        .update());
                return;
            } catch (DuplicateKeyException e) {
                holder = holder(auid); // two links to one host may meet its agent at once
            }
        }
        if (!holder.equals(Optional.of(host.value()))) {
            throw new IllegalArgumentException("auid: " + auid + " belongs to " + holder.orElse("nobody any more")
                    + " (expected: one never given)");
        }
    }

    private Optional<String> holder(Auid auid) {
        return jdbc.sql("select host from host_auid where auid = :auid")
                .param("auid", auid.value())
                .query(String.class)
                .optional();
    }

    private static JdbcClient.StatementSpec bind(JdbcClient.StatementSpec sql, HostRecord record) {
        Optional<HostRecord.Enrolment> enrolment = record.enrolment();
        Optional<HostReport> report = record.report();
        HostPhase phase = record.phase();
        return sql.param("name", record.name().value())
                .param("auid", text(record.auid().map(Auid::value)), Types.VARCHAR)
                .param("address", enrolment.map(HostRecord.Enrolment::address).orElse(""))
                .param("port", enrolment.map(HostRecord.Enrolment::port).orElse(0))
                .param("ssh_user", enrolment.map(HostRecord.Enrolment::user).orElse(""))
                .param("tags", enrolment.map(e -> String.join(" ", e.tags())).orElse(""))
                .param("enrolled_at", time(enrolment.map(HostRecord.Enrolment::at)), Types.TIMESTAMP_WITH_TIMEZONE)
                .param("host_key", text(enrolment.flatMap(HostRecord.Enrolment::hostKey)), Types.VARCHAR)
                .param("presented_key", text(record.presentedKey()), Types.VARCHAR)
                .param("agent_version", text(record.agentVersion()), Types.VARCHAR)
                .param("reachable", record.contact().isReachable())
                .param("reason", text(record.contact().reason().map(Reason::name)), Types.VARCHAR)
                .param("detail", fitted(record.contact().detail()))
                .param("since", record.contact().since().atOffset(ZoneOffset.UTC))
                .param("last_seen", time(record.lastSeen()), Types.TIMESTAMP_WITH_TIMEZONE)
                .param("phase", phase.kind().name())
                .param("phase_reason", text(phase.reason().map(Reason::name)), Types.VARCHAR)
                .param("phase_detail", fitted(phase.detail()))
                .param("wanted_release", text(record.wanted().map(ReleaseId::toString)), Types.CHAR)
                .param("release_id", text(report.flatMap(HostReport::release).map(ReleaseId::toString)), Types.CHAR)
                .param("number", report.map(HostReport::number).orElse(0L))
                .param("awaiting", report.map(HostReport::awaitingConfirm).orElse(false))
                .param("drifted", report.map(HostReport::drifted).orElse(0))
                .param(
                        "clock_skew_ms",
                        report.map(r -> r.clockSkew().toMillis()).orElse(0L))
                .param("started_at", time(report.map(HostReport::startedAt)), Types.TIMESTAMP_WITH_TIMEZONE)
                .param("facts", text(report.map(r -> write(r.facts()))), Types.VARCHAR);
    }

    private static HostRecord read(ResultSet row) throws SQLException {
        Optional<Instant> startedAt = time(row, "started_at");
        Optional<HostReport> report = Optional.empty();
        if (startedAt.isPresent()) {
            report = Optional.of(new HostReport(
                    text(row, "release_id").map(ReleaseId::parse),
                    row.getLong("number"),
                    row.getBoolean("awaiting"),
                    row.getInt("drifted"),
                    Duration.ofMillis(row.getLong("clock_skew_ms")),
                    startedAt.get(),
                    text(row, "facts").map(HostRows::facts).orElse(Facts.NONE)));
        }
        return new HostRecord(
                new HostName(row.getString("name")),
                enrolment(row),
                text(row, "presented_key"),
                text(row, "agent_version"),
                new HostRecord.Contact(
                        row.getBoolean("reachable"),
                        text(row, "reason").map(Reason::valueOf),
                        text(row, "detail").orElse(""),
                        time(row, "since").orElseThrow()),
                time(row, "last_seen"),
                new HostPhase(
                        text(row, "phase").map(HostPhase.Kind::valueOf).orElse(HostPhase.Kind.NONE),
                        text(row, "phase_reason").map(Reason::valueOf),
                        text(row, "phase_detail").orElse("")),
                text(row, "wanted_release").map(ReleaseId::parse),
                report);
    }

    private static Optional<HostRecord.Enrolment> enrolment(ResultSet row) throws SQLException {
        Optional<String> auid = text(row, "auid");
        if (auid.isEmpty()) {
            return Optional.empty();
        }
        String tags = row.getString("tags");
        return Optional.of(new HostRecord.Enrolment(
                new Auid(auid.get()),
                row.getString("address"),
                row.getInt("port"),
                row.getString("ssh_user"),
                text(row, "host_key"),
                tags.isEmpty() ? List.of() : List.of(tags.split(" ")),
                time(row, "enrolled_at").orElseThrow()));
    }

    private static @Nullable String text(Optional<String> value) {
        return value.orElse(null);
    }

    private static Optional<String> text(ResultSet row, String column) throws SQLException {
        return Optional.ofNullable(row.getString(column));
    }

    private static @Nullable OffsetDateTime time(Optional<Instant> value) {
        return value.map(instant -> instant.atOffset(ZoneOffset.UTC)).orElse(null);
    }

    private static Optional<Instant> time(ResultSet row, String column) throws SQLException {
        return Optional.ofNullable(row.getObject(column, OffsetDateTime.class)).map(OffsetDateTime::toInstant);
    }

    private static String fitted(String detail) {
        return Database.text(detail, MAX_DETAIL);
    }

    private static String write(Facts facts) {
        String json = JSON.writeValueAsString(facts);
        return json.length() <= MAX_FACTS ? json : JSON.writeValueAsString(Facts.NONE);
    }

    private static Facts facts(String json) {
        try {
            return JSON.readValue(json, Facts.class);
        } catch (JacksonException e) {
            return Facts.NONE; // of another version; the next look brings them again
        }
    }
}
