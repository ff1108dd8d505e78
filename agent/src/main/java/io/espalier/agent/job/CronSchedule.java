package io.espalier.agent.job;

import java.text.ParseException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.TimeZone;
import org.quartz.CronExpression;

/**
 * Quartz's cron expressions on the clocks of a time zone. Quartz reads the expression and counts on a calendar without
 * changes of the clocks; what a change means is decided here, as cron(8) does:
 *
 * <ul>
 *   <li>an expression that names its hours is due once a day whatever the clocks do: a time that is left out is made up
 *       for at the moment of the change, one that comes twice counts the first time;
 *   <li>one with {@code *} or a step for its hours follows the clocks as they run: it is due in the hour that comes
 *       twice as often as in any two others, and nothing is made up for.
 * </ul>
 */
final class CronSchedule implements Schedule {

    /** More candidates than can lie between two moments: seconds of the longest hour that is left out or repeated. */
    private static final int MAX_TRIES = 100_000;

    private final CronExpression expression;
    private final ZoneRules rules;
    private final boolean namesHours;

    private CronSchedule(CronExpression expression, ZoneRules rules, boolean namesHours) {
        this.expression = expression;
        this.rules = rules;
        this.namesHours = namesHours;
    }

    /**
     * @throws ParseException for a bad expression
     * @throws DateTimeException for an unknown zone
     */
    static CronSchedule of(String expression, String zone) throws ParseException {
        var cron = new CronExpression(expression);
        cron.setTimeZone(TimeZone.getTimeZone("UTC"));
        String hours = expression.strip().split("\\s+", -1)[2];
        return new CronSchedule(cron, ZoneId.of(zone).getRules(), !hours.contains("*") && !hours.contains("/"));
    }

    @Override
    public Optional<Instant> next(Instant after) {
        return namesHours ? nextByDay(after) : nextByClock(after);
    }

    private Optional<Instant> nextByDay(Instant after) {
        LocalDateTime wall = LocalDateTime.ofInstant(after, rules.getOffset(after));
        for (int i = 0; i < MAX_TRIES; i++) {
            Optional<LocalDateTime> candidate = candidate(wall);
            if (candidate.isEmpty()) {
                return Optional.empty();
            }
            wall = candidate.get();
            Instant due = firstOf(wall);
            if (due.isAfter(after)) {
                return Optional.of(due);
            }
        }
        return Optional.empty();
    }

    /** When clocks show {@code wall} first; the moment of the change if they never do. */
    private Instant firstOf(LocalDateTime wall) {
        List<ZoneOffset> offsets = rules.getValidOffsets(wall);
        return offsets.isEmpty() ? rules.getTransition(wall).getInstant() : wall.toInstant(offsets.getFirst());
    }

    private Optional<Instant> nextByClock(Instant after) {
        Instant from = after;
        ZoneOffset offset = rules.getOffset(from);
        for (int i = 0; i < MAX_TRIES; i++) {
            Optional<LocalDateTime> candidate = candidate(LocalDateTime.ofInstant(from, offset));
            if (candidate.isEmpty()) {
                return Optional.empty();
            }
            Instant due = candidate.get().toInstant(offset);
            ZoneOffsetTransition change = rules.nextTransition(from);
            if (change == null || due.isBefore(change.getInstant())) {
                return Optional.of(due);
            }
            from = change.getInstant();
            offset = change.getOffsetAfter();
            if (shows(from, offset)) {
                return Optional.of(from);
            }
        }
        return Optional.empty();
    }

    /** Whether it is due at the very moment of a change, by the clock after it. */
    private boolean shows(Instant change, ZoneOffset offset) {
        LocalDateTime wall = LocalDateTime.ofInstant(change, offset);
        return candidate(wall.minusSeconds(1)).filter(wall::equals).isPresent();
    }

    /** The next time on a clock that never changes. */
    private Optional<LocalDateTime> candidate(LocalDateTime after) {
        Date next = expression.getTimeAfter(Date.from(after.toInstant(ZoneOffset.UTC)));
        return Optional.ofNullable(next).map(date -> LocalDateTime.ofInstant(date.toInstant(), ZoneOffset.UTC));
    }
}
