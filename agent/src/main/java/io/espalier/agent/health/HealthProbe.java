package io.espalier.agent.health;

import io.espalier.agent.system.CommandResult;
import io.espalier.protocol.release.Command;
import io.espalier.protocol.release.HealthCheck;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Asks a health check until the answer is good or its time is over, counted from the first attempt. What it tells is
 * the last answer that there was: an attempt that was cut short because the time was over says nothing about the
 * service.
 */
public final class HealthProbe {

    /** The first pause between two attempts; doubles up to the longest. */
    private static final Duration FIRST_PAUSE = Duration.ofMillis(50);

    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

    /** The last attempt has this much of the time, or a quarter of it, so that it can be answered. */
    private static final Duration LAST_ATTEMPT = Duration.ofSeconds(1);

    /** The most of what a command printed that is told. */
    private static final int MAX_TOLD = 200;

    private final Function<Command, CommandResult> runner;

    public HealthProbe(Function<Command, CommandResult> runner) {
        this.runner = runner;
    }

    /** What an attempt showed. */
    private sealed interface Answer {

        record Good() implements Answer {}

        record Bad(String trouble) implements Answer {}

        /** Nothing was heard in the time that was left. */
        record None(String trouble) implements Answer {}
    }

    /** Empty if all is well, else what was wrong with the last answer. */
    public Optional<String> ask(HealthCheck check) {
        long deadline = System.nanoTime() + check.within().toNanos();
        long reserve = Math.min(
                LAST_ATTEMPT.toMillis(), Math.max(1, check.within().toMillis() / 4));
        long pause = FIRST_PAUSE.toMillis();
        @Nullable String last = null;
        while (true) {
            switch (attempt(check, Duration.ofMillis(Math.max(1, millisUntil(deadline))))) {
                case Answer.Good() -> {
                    return Optional.empty();
                }
                case Answer.Bad(var trouble) -> last = trouble;
                case Answer.None(var trouble) -> {
                    if (last == null) {
                        last = trouble;
                    }
                }
            }
            long pauses = millisUntil(deadline) - reserve;
            if (pauses <= 0) {
                return Optional.of(last);
            }
            try {
                Thread.sleep(Math.min(pause, pauses));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return Optional.of(last);
            }
            pause = Math.min(2 * pause, LONGEST_PAUSE.toMillis());
        }
    }

    private static long millisUntil(long deadline) {
        return (deadline - System.nanoTime()) / 1_000_000;
    }

    private Answer attempt(HealthCheck check, Duration left) {
        try {
            return switch (check) {
                case HealthCheck.Http(var url, var status, var within) -> {
                    int answer = HttpGet.status(url, left);
                    yield answer == status
                            ? new Answer.Good()
                            : new Answer.Bad("expected status " + status + ", got " + answer);
                }
                case HealthCheck.Tcp(var host, var port, var within) -> {
                    try (Socket socket = new Socket()) {
                        socket.connect(new InetSocketAddress(host, port), millis(left));
                    }
                    yield new Answer.Good();
                }
                case HealthCheck.Exec(var command, var expect, var within) -> run(command, expect, left);
            };
        } catch (SocketTimeoutException e) {
            return new Answer.None("no answer within " + told(check.within()));
        } catch (IOException | IllegalArgumentException e) {
            return new Answer.Bad(e.getMessage() == null ? e.toString() : e.getMessage());
        }
    }

    private Answer run(Command command, Optional<String> expect, Duration left) {
        boolean shortened = command.timeout().compareTo(left) > 0;
        CommandResult result = runner.apply(new Command(command.argv(), shortened ? left : command.timeout()));
        return switch (result.ending()) {
            case CommandResult.Ending.Exited(var status) -> {
                if (status != 0) {
                    yield new Answer.Bad(
                            "exit status " + status + result.lastLine().map(line -> ": " + cut(line)).orElse(""));
                }
                if (expect.filter(text -> !result.output().contains(text)).isPresent()) {
                    yield new Answer.Bad(
                            "did not contain \"" + expect.get() + "\", got \"" + cut(result.output()) + "\"");
                }
                yield new Answer.Good();
            }
            case CommandResult.Ending.Killed killed ->
                shortened ? new Answer.None(result.summary()) : new Answer.Bad(result.summary());
            case CommandResult.Ending.NotStarted notStarted -> new Answer.Bad(result.summary());
        };
    }

    private static String cut(String text) {
        return text.codePointCount(0, text.length()) <= MAX_TOLD
                ? text
                : text.substring(0, text.offsetByCodePoints(0, MAX_TOLD)) + "…";
    }

    private static String told(Duration time) {
        return time.toMillis() % 1000 == 0 ? time.toSeconds() + " s" : time.toMillis() + " ms";
    }

    static int millis(Duration duration) {
        return Math.clamp(duration.toMillis(), 1, Integer.MAX_VALUE);
    }
}
