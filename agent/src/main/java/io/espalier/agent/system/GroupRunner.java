package io.espalier.agent.system;

import io.espalier.agent.fs.SystemCalls;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Runs a program as the leader of a session and process group of its own, so that it ends with everything that it
 * started: at its timeout, or when it is called off, the group is asked to end and soon after killed. What the program
 * leaves running when it ends by itself is left alone.
 */
public final class GroupRunner {

    private static final Duration GRACE = Duration.ofSeconds(2);
    private static final Duration LAST_WORDS = Duration.ofMillis(300);

    private final Path folder;
    private final Map<String, String> environment;
    private final Names names;

    /**
     * @param folder to run in
     * @param environment besides PATH and locale
     */
    public GroupRunner(Path folder, Map<String, String> environment, Names names) {
        this.folder = folder;
        this.environment = Map.copyOf(environment);
        this.names = names;
    }

    /** Ends a run before its time; may be asked by any thread, at any time. */
    public static final class Stop {

        private final CountDownLatch wake = new CountDownLatch(1);
        private volatile boolean asked;

        public void ask() {
            asked = true;
            wake.countDown();
        }

        public boolean isAsked() {
            return asked;
        }
    }

    /** @param user whose rights it gets, by runuser(1); the agent's own if absent */
    public CommandResult run(List<String> argv, Optional<String> user, Duration timeout, Stop stop) {
        var full = new ArrayList<String>(List.of("setsid"));
        if (user.isPresent() && !isSelf(user.get())) {
            if (names.uid(user.get()).isEmpty()) {
                return notStarted("no user " + user.get());
            }
            if (names.ownUser() != 0) {
                return notStarted("an agent that is not root runs nothing as " + user.get());
            }
            full.addAll(List.of("runuser", "-u", user.get(), "--"));
        }
        full.add(ProcessRunner.find(argv.getFirst()));
        full.addAll(argv.subList(1, argv.size()));
        full.set(0, ProcessRunner.find("setsid"));
        var builder = new ProcessBuilder(full)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectInput(new File("/dev/null"));
        Map<String, String> variables = builder.environment();
        variables.clear();
        variables.put("PATH", String.join(":", ProcessRunner.PATH));
        variables.put("LC_ALL", "C.UTF-8");
        variables.putAll(environment);
        Process process;
        try {
            process = builder.start();
        } catch (IOException e) {
            return notStarted(String.valueOf(e.getMessage()));
        }
        return follow(process, timeout, stop);
    }

    private boolean isSelf(String user) {
        return names.uid(user).filter(uid -> uid == names.ownUser()).isPresent();
    }

    private static CommandResult notStarted(String why) {
        return new CommandResult(new CommandResult.Ending.NotStarted(why), "");
    }

    private static CommandResult follow(Process process, Duration timeout, Stop stop) {
        var output = new Tail(process.getInputStream());
        output.start();
        long began = System.nanoTime();
        try {
            boolean ended = awaitEnd(process, began + timeout.toNanos(), stop);
            if (!ended) {
                end(process);
            }
            output.join(LAST_WORDS);
            Duration ran = Duration.ofNanos(System.nanoTime() - began);
            return ended
                    ? CommandResult.exited(process.exitValue(), output.text())
                    : new CommandResult(new CommandResult.Ending.Killed(stop.isAsked() ? ran : timeout), output.text());
        } catch (InterruptedException e) {
            SystemCalls.signalGroup(process.pid(), SystemCalls.SIGKILL);
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            return new CommandResult(new CommandResult.Ending.Killed(timeout), "interrupted");
        }
    }

    /** False if its time is up or it was called off. */
    private static boolean awaitEnd(Process process, long deadline, Stop stop) throws InterruptedException {
        Future<?> _ = process.onExit().thenRun(stop.wake::countDown);
        boolean inTime = stop.wake.await(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
        return inTime && !process.isAlive();
    }

    private static void end(Process process) throws InterruptedException {
        SystemCalls.signalGroup(process.pid(), SystemCalls.SIGTERM);
        process.waitFor(GRACE.toMillis(), TimeUnit.MILLISECONDS);
        // Also if the leader obeyed: what it started may not have.
        SystemCalls.signalGroup(process.pid(), SystemCalls.SIGKILL);
        process.destroyForcibly();
        process.waitFor(GRACE.toMillis(), TimeUnit.MILLISECONDS);
    }
}
