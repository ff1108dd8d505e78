package io.espalier.backup.report;

import io.espalier.backup.report.KindHistory.Failed;
import io.espalier.backup.report.KindHistory.Pushed;
import io.espalier.backup.report.KindHistory.Step;
import io.espalier.backup.report.KindHistory.Verified;
import java.time.Instant;
import java.util.Optional;

/**
 * One kind as it is now.
 *
 * @param bytes of the newest good dump
 * @param snapshot the newest one that was pushed
 * @param verifiedAt when the newest dump was checked
 * @param lastOkAt when the newest push was acknowledged
 * @param error of the newest failure, while it is the newest news
 */
public record KindReport(
        String kind,
        State local,
        State push,
        Optional<Long> bytes,
        Optional<String> snapshot,
        Optional<Instant> verifiedAt,
        Optional<Instant> lastOkAt,
        Optional<String> error) {

    /** The words that {@code history} gives at {@code now}. */
    public static KindReport of(KindHistory history, Instant now) {
        State local = history.isEnabled() ? local(history, now) : State.SKIP;
        State push = history.isEnabled() ? push(history, now) : State.SKIP;
        return new KindReport(
                history.kind(),
                local,
                push,
                history.verified().map(Verified::bytes),
                history.pushed().map(Pushed::snapshot),
                history.verified().map(Verified::at),
                history.pushed().map(Pushed::at),
                history.failed()
                        .filter(_ -> local == State.FAIL || push == State.FAIL)
                        .map(Failed::error));
    }

    private static State local(KindHistory history, Instant now) {
        Optional<Instant> good = history.verified().map(Verified::at);
        if (hasFailed(history, Step.LOCAL)) {
            return State.FAIL;
        }
        if (isRunning(history, history.verified().map(Verified::run), now)) {
            return State.RUNNING;
        }
        return isOld(history, good, now) ? State.STALE : good.isPresent() ? State.OK : State.RUNNING;
    }

    /** Good is only a receipt for what the newest good dump holds. */
    private static State push(KindHistory history, Instant now) {
        Optional<Instant> good = history.pushed().map(Pushed::at);
        if (hasFailed(history, Step.LOCAL) || hasFailed(history, Step.PUSH)) {
            return State.FAIL;
        }
        if (isRunning(history, history.pushed().map(Pushed::run), now)) {
            return State.RUNNING;
        }
        if (isOld(history, good, now)) {
            return State.STALE;
        }
        boolean isOfNewest =
                history.pushed().map(Pushed::digest).equals(history.verified().map(Verified::digest));
        return good.isPresent() && isOfNewest ? State.OK : State.RUNNING;
    }

    /** The newest run failed, in this step. */
    private static boolean hasFailed(KindHistory history, Step step) {
        return history.failed()
                .filter(failed -> failed.step() == step)
                .filter(failed ->
                        history.started().isEmpty() || !history.started().get().isAfter(failed.run()))
                .isPresent();
    }

    /** A run that began, did not end, and is not so old that it must have died. */
    private static boolean isRunning(KindHistory history, Optional<Instant> done, Instant now) {
        return history.started()
                .filter(started -> done.isEmpty() || done.get().isBefore(started))
                .filter(started -> !now.isAfter(started.plus(history.period().multipliedBy(2))))
                .isPresent();
    }

    private static boolean isOld(KindHistory history, Optional<Instant> good, Instant now) {
        return now.isAfter(
                good.orElse(history.enabledAt()).plus(history.period().multipliedBy(2)));
    }
}
