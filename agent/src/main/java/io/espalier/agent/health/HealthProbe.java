package io.espalier.agent.health;

import io.espalier.agent.system.CommandResult;
import io.espalier.protocol.release.Command;
import io.espalier.protocol.release.HealthCheck;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;

/** Asks a health check until the answer is good or its time is over, counted from the first attempt. */
public final class HealthProbe {

    /** The first pause between two attempts; doubles up to the longest. */
    private static final Duration FIRST_PAUSE = Duration.ofMillis(50);

    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

    private final Function<Command, CommandResult> runner;

    public HealthProbe(Function<Command, CommandResult> runner) {
        this.runner = runner;
    }

    /** Empty if all is well, else what was wrong with the last answer. */
    public Optional<String> ask(HealthCheck check) {
        long deadline = System.nanoTime() + check.within().toNanos();
        long pause = FIRST_PAUSE.toMillis();
        while (true) {
            long left = (deadline - System.nanoTime()) / 1_000_000;
            Optional<String> trouble = askOnce(check, Duration.ofMillis(Math.max(1, left)));
            long after = (deadline - System.nanoTime()) / 1_000_000;
            if (trouble.isEmpty() || after <= 0) {
                return trouble;
            }
            try {
                Thread.sleep(Math.min(pause, after));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return trouble;
            }
            pause = Math.min(2 * pause, LONGEST_PAUSE.toMillis());
        }
    }

    private Optional<String> askOnce(HealthCheck check, Duration left) {
        try {
            return switch (check) {
                case HealthCheck.Http(var url, var status, var within) -> {
                    int answer = HttpGet.status(url, left);
                    yield answer == status ? Optional.empty() : Optional.of("status " + answer);
                }
                case HealthCheck.Tcp(var host, var port, var within) -> {
                    try (Socket socket = new Socket()) {
                        socket.connect(new InetSocketAddress(host, port), millis(left));
                    }
                    yield Optional.empty();
                }
                case HealthCheck.Exec(var command, var expect, var within) -> exec(command, expect, left);
            };
        } catch (IOException | IllegalArgumentException e) {
            return Optional.of(e.getMessage() == null ? e.toString() : e.getMessage());
        }
    }

    private Optional<String> exec(Command command, Optional<String> expect, Duration left) {
        Duration timeout = command.timeout().compareTo(left) < 0 ? command.timeout() : left;
        CommandResult result = runner.apply(new Command(command.argv(), timeout));
        if (!result.isGood()) {
            return Optional.of(result.summary());
        }
        return expect.filter(text -> !result.output().contains(text))
                .map(text -> "'" + text + "' is not in its output: " + result.output());
    }

    static int millis(Duration duration) {
        return Math.clamp(duration.toMillis(), 1, Integer.MAX_VALUE);
    }
}
