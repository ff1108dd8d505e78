package io.espalier.orchestrator.rollout;

import io.espalier.orchestrator.fleet.RolloutPolicy.Share;
import io.espalier.orchestrator.store.Database;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How values that SQL has no type for are written to columns, and read back. */
final class Columns {

    static final int MAX_DETAIL = 2_000;

    private Columns() {}

    static OffsetDateTime at(Instant instant) {
        return OffsetDateTime.ofInstant(instant, ZoneOffset.UTC);
    }

    static @Nullable OffsetDateTime at(Optional<Instant> instant) {
        return instant.map(Columns::at).orElse(null);
    }

    static Optional<Instant> instant(ResultSet row, String column) throws SQLException {
        return Optional.ofNullable(row.getObject(column, OffsetDateTime.class)).map(OffsetDateTime::toInstant);
    }

    static Optional<String> text(ResultSet row, String column) throws SQLException {
        return Optional.ofNullable(row.getString(column));
    }

    static String list(List<String> names) {
        return String.join(",", names);
    }

    static List<String> list(String column) {
        return column.isEmpty() ? List.of() : Arrays.asList(column.split(",", -1));
    }

    /** {@code 3} or {@code 25%}. */
    static String share(Share share) {
        return switch (share) {
            case Share.Hosts(var count) -> Integer.toString(count);
            case Share.Percent(var percent) -> percent + "%";
        };
    }

    static Share share(String column) {
        return column.endsWith("%")
                ? new Share.Percent(Integer.parseInt(column.substring(0, column.length() - 1)))
                : new Share.Hosts(Integer.parseInt(column));
    }

    /** What a host or a person wrote, no longer than its column. */
    static String bounded(String text, int most) {
        return Database.text(text, most);
    }
}
