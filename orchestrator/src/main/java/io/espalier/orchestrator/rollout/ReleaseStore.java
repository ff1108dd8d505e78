package io.espalier.orchestrator.rollout;

import io.espalier.orchestrator.plan.Releases;
import io.espalier.protocol.ReleaseId;
import io.espalier.protocol.release.Release;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * The releases that were sent to hosts: what a plan compares with, what a restarted rollout goes on with and what a
 * rollback goes back to. They name blobs and hold none, so they hold no secret.
 */
public final class ReleaseStore implements Releases {

    /** H2 holds at most 1 MiB in one binary value. */
    private static final int MAX_PART = 1 << 20;

    private static final int CHUNK = 500;

    private final JdbcTemplate jdbc;

    public ReleaseStore(DataSource database) {
        this.jdbc = new JdbcTemplate(database);
    }

    /** Stores those that are not stored yet. Part of the caller's transaction, if there is one. */
    void keep(Map<ReleaseId, Release> releases) {
        Set<ReleaseId> known = known(releases.keySet());
        var parts = new ArrayList<Object[]>();
        releases.forEach((id, release) -> {
            if (!known.contains(id)) {
                byte[] body = release.encode();
                for (int part = 0; part * MAX_PART < body.length; part++) {
                    byte[] piece =
                            Arrays.copyOfRange(body, part * MAX_PART, Math.min(body.length, (part + 1) * MAX_PART));
                    parts.add(new Object[] {id.digest().hex(), part, piece});
                }
            }
        });
        jdbc.batchUpdate("insert into release_part (release_id, part, body) values (?, ?, ?)", parts);
    }

    private Set<ReleaseId> known(Collection<ReleaseId> ids) {
        var all = List.copyOf(ids);
        var known = new HashSet<ReleaseId>();
        for (int from = 0; from < all.size(); from += CHUNK) {
            List<ReleaseId> some = all.subList(from, Math.min(all.size(), from + CHUNK));
            String places = String.join(", ", some.stream().map(_ -> "?").toList());
            known.addAll(jdbc.query(
                    "select release_id from release_part where part = 0 and release_id in (" + places + ")",
                    (row, _) -> ReleaseId.parse(row.getString(1)),
                    some.stream().map(id -> id.digest().hex()).toArray()));
        }
        return known;
    }

    @Override
    public Optional<Release> find(ReleaseId id) {
        List<byte[]> parts = jdbc.query(
                "select body from release_part where release_id = ? order by part",
                (row, _) -> row.getBytes(1),
                id.digest().hex());
        if (parts.isEmpty()) {
            return Optional.empty();
        }
        var body = new ByteArrayOutputStream();
        parts.forEach(body::writeBytes);
        return Optional.of(Release.decode(body.toByteArray()));
    }
}
