package io.espalier.orchestrator.source;

import io.espalier.orchestrator.store.Database;
import io.espalier.orchestrator.store.Lead;
import io.espalier.protocol.Digest;
import io.espalier.protocol.Reason;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The table {@code source_state}: one row a source, so that a restart neither forgets nor repeats what was announced. */
public final class SourceStates {

    /** @param key of the spec for which {@code commit} was announced */
    record Stored(
            Optional<Digest> key,
            Optional<Commit> commit,
            Instant lookedAt,
            Optional<Instant> changedAt,
            Outcome outcome) {}

    private static final int MAX_TEXT = 600;
    private static final int MAX_DETAIL = 2_000;

    private final JdbcClient jdbc;
    private final Lead lead;

    public SourceStates(JdbcClient jdbc) {
        this(jdbc, Lead.ALONE);
    }

    /** @param lead under which everything is written */
    public SourceStates(JdbcClient jdbc, Lead lead) {
        this.lead = lead;
        this.jdbc = jdbc;
    }

    Optional<Stored> load(SourceName source) {
        return jdbc.sql("select * from source_state where source = :source")
                .param("source", source.value())
                .query((row, _) -> read(row))
                .optional();
    }

    void save(SourceName source, Stored stored) {
        lead.fenced(() -> write(source, stored));
    }

    private void write(SourceName source, Stored stored) {
        if (write(
                        "update source_state set spec_key = :key, revision = :revision, author = :author,"
                                + " subject = :subject, committed_at = :committed, changed_at = :changed, looked_at = :looked,"
                                + " outcome = :outcome, reason = :reason, detail = :detail where source = :source",
                        source,
                        stored)
                == 0) {
            write(
                    "insert into source_state (source, spec_key, revision, author, subject, committed_at, changed_at,"
                            + " looked_at, outcome, reason, detail) values (:source, :key, :revision, :author, :subject,"
                            + " :committed, :changed, :looked, :outcome, :reason, :detail)",
                    source,
                    stored);
        }
    }

    void remove(SourceName source) {
        lead.fenced(() -> jdbc.sql("delete from source_state where source = :source")
                .param("source", source.value())
                .update());
    }

    private int write(String sql, SourceName source, Stored stored) {
        Optional<Commit> commit = stored.commit();
        return jdbc.sql(sql)
                .param("source", source.value())
                .param("key", stored.key().map(Digest::hex).orElse(null))
                .param("revision", commit.map(one -> one.revision().id()).orElse(null))
                .param("author", commit.map(one -> cut(one.author(), MAX_TEXT)).orElse(null))
                .param(
                        "subject",
                        commit.map(one -> cut(one.subject(), MAX_TEXT)).orElse(null))
                .param("committed", commit.map(one -> utc(one.at())).orElse(null))
                .param("changed", stored.changedAt().map(SourceStates::utc).orElse(null))
                .param("looked", utc(stored.lookedAt()))
                .param("outcome", stored.outcome().word())
                .param("reason", stored.outcome().why().map(Reason::word).orElse(null))
                .param("detail", cut(stored.outcome().text(), MAX_DETAIL))
                .update();
    }

    private static Stored read(ResultSet row) throws SQLException {
        String revision = row.getString("revision");
        Optional<Commit> commit = revision == null
                ? Optional.empty()
                : Optional.of(new Commit(
                        new Revision(revision),
                        row.getString("author"),
                        row.getString("subject"),
                        instant(row, "committed_at").orElseThrow()));
        return new Stored(
                Optional.ofNullable(row.getString("spec_key")).map(Digest::new),
                commit,
                instant(row, "looked_at").orElseThrow(),
                instant(row, "changed_at"),
                outcome(row.getString("outcome"), row.getString("reason"), row.getString("detail")));
    }

    private static Optional<Instant> instant(ResultSet row, String column) throws SQLException {
        return Optional.ofNullable(row.getObject(column, OffsetDateTime.class)).map(OffsetDateTime::toInstant);
    }

    private static Outcome outcome(String word, @Nullable String reason, @Nullable String detail) {
        Reason known = reason == null ? Reason.INTERNAL : Reason.parse(reason);
        String text = detail == null ? "" : detail;
        return switch (word) {
            case "settled" -> new Outcome.Settled();
            case "waiting" -> new Outcome.Waiting(known, text);
            case "stalled" -> new Outcome.Stalled(known, text);
            default -> new Outcome.Failed(known, text);
        };
    }

    private static String cut(String text, int max) {
        return Database.text(text, max);
    }

    private static OffsetDateTime utc(Instant at) {
        return at.atOffset(ZoneOffset.UTC);
    }
}
