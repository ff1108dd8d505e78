package io.espalier.httpdns.front;

import io.espalier.httpdns.answer.Answer;
import io.espalier.httpdns.dialect.Dialects;
import io.espalier.httpdns.operate.Tally;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/** What belongs to one event loop. Its thread alone touches this, apart from the tally. */
final class Loop {
    /** Requests remembered with their replies; all are forgotten when there are more. */
    private static final int MAX_PREPARED = 4096;

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final EventLoop thread;
    private final Tally tally;
    private final Clock clock;
    private final IntSupplier generation;
    private final Future<?> looking;
    private final Map<String, Prepared> prepared = new HashMap<>();
    private final Set<Watched> watched = new LinkedHashSet<>();
    private String date = "";
    private long second = Long.MIN_VALUE;
    private long dateUntil = System.nanoTime();

    /** @param generation changes whenever answers do for another reason than time */
    Loop(EventLoop thread, Tally tally, Clock clock, IntSupplier generation) {
        this.thread = thread;
        this.tally = tally;
        this.clock = clock;
        this.generation = generation;
        looking = thread.scheduleWithFixedDelay(this::look, 1, 1, TimeUnit.SECONDS);
    }

    int generation() {
        return generation.getAsInt();
    }

    Tally tally() {
        return tally;
    }

    /** Of Unix time, as of the last {@link #at}. */
    long second() {
        return second;
    }

    /** For the Date header, as of the last {@link #at}. */
    String date() {
        return date;
    }

    /** Minds the time. To be called once for each piece of work. */
    void at(long now) {
        if (now - dateUntil >= 0) {
            var instant = clock.instant();
            second = instant.getEpochSecond();
            date = httpDate(instant);
            dateUntil = now + SECOND - instant.getNano();
        }
    }

    @Nullable
    Prepared prepared(String head) {
        return prepared.get(head);
    }

    void prepare(String head, Prepared request) {
        if (prepared.size() >= MAX_PREPARED) {
            prepared.clear();
        }
        prepared.put(head, request);
    }

    void answered(Outcome.Answered answered, long started) {
        var asked = answered.asked();
        if (asked == null) {
            return;
        }
        answered(Dialects.NAMES.indexOf(asked.dialect()), answered.answers(), System.nanoTime() - started);
    }

    void answered(int dialect, List<Answer> answers, long nanos) {
        for (var i = 0; i < answers.size(); i++) {
            if (i == 0) {
                tally.answered(dialect, answers.get(0), nanos);
            } else {
                tally.counted(answers.get(i), nanos);
            }
        }
    }

    /** Runs it on this loop's thread; not at all once the loop has ended, as then nobody is left to answer. */
    void execute(Runnable work) {
        try {
            thread.execute(work);
        } catch (RejectedExecutionException e) {
            if (!thread.isShuttingDown()) {
                throw e;
            }
        }
    }

    void watch(Watched connection) {
        watched.add(connection);
    }

    void forget(Watched connection) {
        watched.remove(connection);
    }

    private void look() {
        var now = System.nanoTime();
        at(now);
        for (var connection : List.copyOf(watched)) {
            connection.check(now);
        }
    }

    /** Closes every connection of this loop. */
    void closeAll() {
        looking.cancel(false);
        List.copyOf(watched).forEach(Watched::close);
    }

    /** RFC 9110, 5.6.7. The JDK's RFC 1123 format has one digit for the first days of a month. */
    static String httpDate(Instant instant) {
        var text = DateTimeFormatter.RFC_1123_DATE_TIME.format(instant.atOffset(ZoneOffset.UTC));
        return text.charAt(6) == ' ' ? text.substring(0, 5) + '0' + text.substring(5) : text;
    }
}
