package io.espalier.orchestrator.audit;

import io.espalier.orchestrator.store.Database;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The audit trail in table {@code audit}. */
public final class Audit {

    /** Who stands for what happens by itself: polling, healing, catching up. */
    public static final String ESPALIER = "espalier";

    private static final int MAX_TEXT = 1_000;

    private final JdbcClient jdbc;
    private final InstantSource clock;

    public Audit(JdbcClient jdbc, InstantSource clock) {
        this.jdbc = jdbc;
        this.clock = clock;
    }

    /** Joins the transaction that is open on this thread, so that an action and its entry are stored together. */
    public void record(String actor, String action, String subject, String before, String after) {
        jdbc.sql("insert into audit (at, actor, action, subject, before_value, after_value)"
                        + " values (:at, :actor, :action, :subject, :before, :after)")
                .param("at", OffsetDateTime.ofInstant(clock.instant(), ZoneOffset.UTC))
                .param("actor", bounded(actor))
                .param("action", action)
                .param("subject", bounded(subject))
                .param("before", bounded(before))
                .param("after", bounded(after))
                .update();
    }

    /** The newest {@code limit} entries below {@code beforeId}, newest first. */
    public List<AuditEntry> before(long beforeId, int limit) {
        return jdbc.sql("select * from audit where id < :before order by id desc limit :limit")
                .param("before", beforeId)
                .param("limit", limit)
                .query(Audit::read)
                .list();
    }

    private static AuditEntry read(ResultSet row, int number) throws SQLException {
        return new AuditEntry(
                row.getLong("id"),
                row.getObject("at", OffsetDateTime.class).toInstant(),
                row.getString("actor"),
                row.getString("action"),
                row.getString("subject"),
                row.getString("before_value"),
                row.getString("after_value"));
    }

    private static String bounded(String text) {
        return Database.text(text, MAX_TEXT);
    }
}
