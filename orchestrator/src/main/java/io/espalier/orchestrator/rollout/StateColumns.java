package io.espalier.orchestrator.rollout;

import io.espalier.protocol.Reason;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A rollout's state as columns beside its word. */
record StateColumns(int wave, Optional<Instant> until, @Nullable Long other, String reason, String detail) {

    static StateColumns of(RolloutState state) {
        return switch (state) {
            case RolloutState.Planned _, RolloutState.Done _ -> text("");
            case RolloutState.AwaitingApproval(var why) -> text(why);
            case RolloutState.Running(var wave) -> new StateColumns(wave, Optional.empty(), null, "", "");
            case RolloutState.Soaking(var wave, var until) ->
                new StateColumns(wave, Optional.of(until), null, "", "");
            case RolloutState.Paused(var why) -> text(why);
            case RolloutState.Failed(var reason, var detail) ->
                new StateColumns(
                        0, Optional.empty(), null, reason.word(), Columns.bounded(detail, Columns.MAX_DETAIL));
            case RolloutState.Aborted(var by) -> text(by);
            case RolloutState.Superseded(var by) -> other(by);
            case RolloutState.RolledBack(var by) -> other(by);
        };
    }

    private static StateColumns text(String detail) {
        return new StateColumns(0, Optional.empty(), null, "", Columns.bounded(detail, Columns.MAX_DETAIL));
    }

    private static StateColumns other(RolloutId by) {
        return new StateColumns(0, Optional.empty(), by.value(), "", "");
    }

    static RolloutState read(ResultSet row) throws SQLException {
        String word = row.getString("state");
        int wave = row.getInt("wave");
        String detail = row.getString("detail");
        return switch (word) {
            case "planned" -> new RolloutState.Planned();
            case "approval" -> new RolloutState.AwaitingApproval(detail);
            case "running" -> new RolloutState.Running(wave);
            case "soaking" ->
                new RolloutState.Soaking(wave, Columns.instant(row, "until").orElse(Instant.EPOCH));
            case "paused" -> new RolloutState.Paused(detail);
            case "done" -> new RolloutState.Done();
            case "failed" -> new RolloutState.Failed(Reason.parse(row.getString("reason")), detail);
            case "aborted" -> new RolloutState.Aborted(detail);
            case "superseded" -> new RolloutState.Superseded(new RolloutId(row.getLong("other")));
            case "rolled-back" -> new RolloutState.RolledBack(new RolloutId(row.getLong("other")));
            default -> throw new IllegalStateException("rollout state: " + word + " (unknown)");
        };
    }
}
