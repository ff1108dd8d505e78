package io.espalier.orchestrator.rollout;

import static io.espalier.orchestrator.rollout.Columns.at;
import static io.espalier.orchestrator.rollout.Columns.bounded;

import io.espalier.orchestrator.fleet.Problem;
import io.espalier.orchestrator.release.ReleaseSet;
import io.espalier.orchestrator.source.Commit;
import io.espalier.orchestrator.source.Revision;
import io.espalier.orchestrator.source.SourceName;
import io.espalier.orchestrator.store.Lead;
import io.espalier.protocol.Digest;
import io.espalier.protocol.Reason;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The revisions of the fleet that were looked at: which are wanted and which were rejected, with the text of why. The
 * newest accepted one is what is wanted now.
 */
public final class Revisions {

    private static final int MAX_NAME = 300;

    private static final int MAX_TEXT = 8_000;

    /**
     * @param target {@link ReleaseSet#key()}; empty for a rejected one
     * @param sources the revision of every source that went in, where it was accepted
     * @param problems one a line; empty where there are none
     */
    public record Entry(
            long id,
            String fleet,
            Revision commit,
            String author,
            String subject,
            Instant at,
            Instant seenAt,
            Optional<Digest> target,
            Map<SourceName, Revision> sources,
            Optional<Reason> reason,
            String problems) {

        public boolean isAccepted() {
            return target.isPresent();
        }
    }

    private final JdbcClient jdbc;
    private final InstantSource clock;
    private final Lead lead;

    public Revisions(DataSource database, InstantSource clock) {
        this(database, clock, Lead.ALONE);
    }

    /** @param lead under which everything is written */
    public Revisions(DataSource database, InstantSource clock, Lead lead) {
        this.lead = lead;
        this.jdbc = JdbcClient.create(database);
        this.clock = clock;
    }

    /** The newest one that was accepted: what is wanted. */
    public Optional<Entry> wanted() {
        return jdbc.sql("select * from revision where target is not null order by id desc limit 1")
                .query(Revisions::read)
                .optional();
    }

    /** The newest one that was looked at. */
    public Optional<Entry> newest() {
        return before(Long.MAX_VALUE, 1).stream().findFirst();
    }

    /** The newest {@code limit} with an id below {@code before}, newest first. */
    public List<Entry> before(long before, int limit) {
        return jdbc.sql("select * from revision where id < ? order by id desc limit ?")
                .params(before, limit)
                .query(Revisions::read)
                .list();
    }

    /** Records that {@code set} is wanted now, unless it is recorded as that already. */
    void accept(ReleaseSet set) {
        Optional<Entry> newest = newest();
        if (newest.flatMap(Entry::target).equals(Optional.of(set.key()))) {
            return;
        }
        String sources = new TreeMap<>(set.sources())
                .entrySet().stream()
                        .map(entry -> entry.getKey() + "=" + entry.getValue().revision())
                        .collect(Collectors.joining("\n"));
        insert(
                set.fleet().name(),
                set.fleetCommit(),
                Optional.of(set.key()),
                sources,
                "accepted",
                "",
                text(set.warnings()));
    }

    /** Records that {@code commit} was rejected, unless that is the newest thing known. */
    void reject(String fleet, Commit commit, List<Problem> problems) {
        boolean isKnown = newest().filter(entry -> !entry.isAccepted()
                        && entry.commit().equals(commit.revision())
                        && entry.problems().equals(text(problems)))
                .isPresent();
        if (!isKnown) {
            insert(fleet, commit, Optional.empty(), "", "rejected", Reason.INVALID_REVISION.word(), text(problems));
        }
    }

    private static String text(List<Problem> problems) {
        return bounded(problems.stream().map(Problem::toString).collect(Collectors.joining("\n")), MAX_TEXT);
    }

    private void insert(
            String fleet,
            Commit commit,
            Optional<Digest> target,
            String sources,
            String state,
            String reason,
            String problems) {
        lead.fenced(() -> jdbc.sql(
                        "insert into revision (fleet, commit_id, author, subject, at, seen_at, target, sources, state,"
                                + " reason, problems) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
                .params(java.util.Arrays.asList(
                        fleet,
                        commit.revision().id(),
                        bounded(commit.author(), MAX_NAME),
                        bounded(commit.subject(), MAX_NAME),
                        at(commit.at()),
                        at(clock.instant()),
                        target.map(Digest::hex).orElse(null),
                        sources,
                        state,
                        reason,
                        problems))
                .update());
    }

    private static Entry read(ResultSet row, int number) throws SQLException {
        var sources = new TreeMap<SourceName, Revision>();
        row.getString("sources").lines().forEach(line -> {
            int equals = line.indexOf('=');
            sources.put(new SourceName(line.substring(0, equals)), new Revision(line.substring(equals + 1)));
        });
        String reason = row.getString("reason");
        return new Entry(
                row.getLong("id"),
                row.getString("fleet"),
                new Revision(row.getString("commit_id")),
                row.getString("author"),
                row.getString("subject"),
                Columns.instant(row, "at").orElseThrow(),
                Columns.instant(row, "seen_at").orElseThrow(),
                Columns.text(row, "target").map(Digest::new),
                Map.copyOf(sources),
                reason.isEmpty() ? Optional.empty() : Optional.of(Reason.parse(reason)),
                row.getString("problems"));
    }
}
