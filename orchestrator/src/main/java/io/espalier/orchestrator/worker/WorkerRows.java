package io.espalier.orchestrator.worker;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Table {@code worker_report}. */
public final class WorkerRows {

    private static final Logger LOG = LoggerFactory.getLogger(WorkerRows.class);
    private static final JsonMapper JSON = JsonMapper.shared();

    private final JdbcClient jdbc;
    private final TransactionTemplate transactions;

    public WorkerRows(DataSource database) {
        this.jdbc = JdbcClient.create(database);
        this.transactions = new TransactionTemplate(new JdbcTransactionManager(database));
    }

    record Row(String auid, Report report) {}

    List<Row> all() {
        return jdbc
                .sql("select auid, kind, reported_at, body from worker_report order by auid")
                .query((row, _) -> read(row))
                .list()
                .stream()
                .flatMap(Optional::stream)
                .toList();
    }

    private static Optional<Row> read(ResultSet row) throws SQLException {
        String auid = row.getString("auid");
        Optional<ReportKind> kind = ReportKind.parse(row.getString("kind"));
        try {
            if (kind.isPresent() && JSON.readTree(row.getString("body")) instanceof ObjectNode body) {
                return Optional.of(new Row(
                        auid,
                        new Report(
                                kind.get(),
                                body,
                                row.getObject("reported_at", OffsetDateTime.class)
                                        .toInstant())));
            }
        } catch (JacksonException e) {
            LOG.warn("a stored report of {} cannot be read: {}", auid, e.getOriginalMessage());
        }
        return Optional.empty();
    }

    /** All or nothing. */
    void write(List<Row> rows) {
        transactions.executeWithoutResult(_ -> rows.forEach(this::write));
    }

    private void write(Row row) {
        String body = JSON.writeValueAsString(row.report.body());
        OffsetDateTime at = OffsetDateTime.ofInstant(row.report.at(), ZoneOffset.UTC);
        int updated = jdbc.sql("update worker_report set reported_at = :at, body = :body"
                        + " where auid = :auid and kind = :kind")
                .param("at", at)
                .param("body", body)
                .param("auid", row.auid)
                .param("kind", row.report.kind().word())
                .update();
        if (updated == 0) {
            jdbc.sql("insert into worker_report (auid, kind, reported_at, body) values (:auid, :kind, :at, :body)")
                    .param("auid", row.auid)
                    .param("kind", row.report.kind().word())
                    .param("at", at)
                    .param("body", body)
                    .update();
        }
    }
}
