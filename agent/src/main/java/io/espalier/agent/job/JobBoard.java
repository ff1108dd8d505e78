package io.espalier.agent.job;

import io.espalier.agent.job.RunResult.Ending;
import io.espalier.agent.report.Reports;
import io.espalier.agent.system.GroupRunner;
import io.espalier.protocol.Auid;
import io.espalier.protocol.ReleaseId;
import io.espalier.protocol.release.Job;
import io.espalier.protocol.release.Release;
import io.espalier.protocol.release.Service;
import io.espalier.protocol.release.Unit;
import io.espalier.protocol.wire.Report;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * The jobs of the release on disk, and those that every agent has: starts each when it is due, one run at a time, and
 * tells how it went. {@link #refresh} takes up another release; what runs then goes on to its end.
 */
public final class JobBoard {

    /** In place of a unit's name, of what every agent does; a unit of this name comes to no harm. */
    private static final String AGENT = "agent/";

    /** Later than this, a run counts as missed: the machine slept, or somebody set its clock. */
    private static final Duration LATE = Duration.ofMinutes(1);

    /** Earlier than this, the clock was set back. */
    private static final Duration EARLY = Duration.ofMillis(500);

    /**
     * How often an agent reports without being asked to; zero: never.
     *
     * @param service only on hosts that have one
     */
    public record Pace(Duration sysinfo, Duration service) {
        public static final Pace DEFAULT = new Pace(Duration.ofSeconds(10), Duration.ofSeconds(60));
    }

    /** The release on disk. */
    @FunctionalInterface
    public interface Held {
        Optional<Release> release() throws IOException;
    }

    /** Does what a job is there for, to the end. */
    @FunctionalInterface
    public interface Doer {

        /** @param services of the release on disk */
        RunResult run(Job job, Supplier<List<Service>> services, GroupRunner.Stop stop);
    }

    /** Whether a run was started by hand. */
    public enum Started {
        YES,
        NO_SUCH_JOB,
        RUNS_ALREADY
    }

    private final Auid auid;
    private final Pace pace;
    private final Held held;
    private final Doer works;
    private final Reports reports;
    private final LastRuns lastRuns;
    private final Wakes timer;
    private final Supplier<Wakes> calendar;
    private final Executor threads;
    private final InstantSource clock;
    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private Optional<Wakes> startedCalendar = Optional.empty();
    private Optional<Optional<ReleaseId>> known = Optional.empty();
    private List<Service> services = List.of();
    private boolean toldPrograms;

    /**
     * @param calendar started when the first job needs it
     * @param threads each run is given to it; must not run it at once on the caller's thread
     */
    public JobBoard(
            Auid auid,
            Pace pace,
            Held held,
            Doer works,
            Reports reports,
            LastRuns lastRuns,
            Wakes timer,
            Supplier<Wakes> calendar,
            Executor threads,
            InstantSource clock) {
        this.auid = auid;
        this.pace = pace;
        this.held = held;
        this.works = works;
        this.reports = reports;
        this.lastRuns = lastRuns;
        this.timer = timer;
        this.calendar = calendar;
        this.threads = threads;
        this.clock = clock;
    }

    /** A job on the board. Guarded by the board. */
    private static final class Entry {
        final String name;
        final Job job;
        final Schedule schedule;
        boolean gone;
        Optional<Instant> due = Optional.empty();
        Optional<GroupRunner.Stop> running = Optional.empty();
        Optional<Instant> waiting = Optional.empty();

        Entry(String name, Job job, Schedule schedule) {
            this.name = name;
            this.job = job;
            this.schedule = schedule;
        }

        String key() {
            return name + " " + job.timing();
        }

        boolean isByCalendar() {
            return job.timing() instanceof Job.Timing.Cron;
        }
    }

    /** Takes up the jobs of the release that is on disk now. Cheap if it is the same as before. */
    public synchronized void refresh() {
        Optional<Release> release;
        try {
            release = held.release();
        } catch (IOException e) {
            System.err.println("jobs: " + e.getMessage());
            return; // asked again with the next apply
        }
        Optional<ReleaseId> id = release.map(Release::id);
        if (known.equals(Optional.of(id))) {
            return;
        }
        known = Optional.of(id);
        services = release.stream()
                .flatMap(held -> held.units().stream())
                .flatMap(unit -> unit.duties().service().stream())
                .toList();
        Map<String, Job> wanted = wanted(release);
        entries.values().removeIf(entry -> {
            boolean stays = entry.job.equals(wanted.get(entry.name));
            if (!stays) {
                entry.gone = true;
                entry.waiting = Optional.empty();
                wakes(entry).cancel(entry.name);
            }
            return !stays;
        });
        wanted.forEach((name, job) -> {
            if (!entries.containsKey(name)) {
                take(name, job);
            }
        });
        var keys = new HashSet<String>();
        entries.values().forEach(entry -> keys.add(entry.key()));
        lastRuns.retain(keys);
        List<JobBodies.Line> programs = programs();
        if (!programs.isEmpty() || toldPrograms) {
            reports.happened(new Report(Report.Kind.SCHEDULE, clock.instant(), JobBodies.schedule(auid, programs)));
        }
        toldPrograms = !programs.isEmpty();
    }

    private Map<String, Job> wanted(Optional<Release> release) {
        var wanted = new LinkedHashMap<String, Job>();
        var declared = new HashSet<Job.Kind>();
        for (Unit unit : release.map(Release::units).orElse(List.of())) {
            for (Job job : unit.duties().jobs()) {
                wanted.put(unit.name() + "/" + job.name(), job);
                if (job.work() instanceof Job.Work.Report(var kind)) {
                    declared.add(kind);
                }
            }
        }
        builtIn(Job.Kind.SYSINFO, pace.sysinfo(), declared).ifPresent(job -> wanted.put(AGENT + job.name(), job));
        if (!services.isEmpty()) {
            builtIn(Job.Kind.SERVICE, pace.service(), declared).ifPresent(job -> wanted.put(AGENT + job.name(), job));
        }
        return wanted;
    }

    private static Optional<Job> builtIn(Job.Kind kind, Duration interval, Set<Job.Kind> declared) {
        return interval.isZero() || declared.contains(kind)
                ? Optional.empty()
                : Optional.of(new Job(
                        kind.name().toLowerCase(Locale.ROOT),
                        new Job.Timing.Every(interval),
                        Job.DEFAULT_TIMEOUT,
                        Duration.ZERO,
                        Job.Missed.SKIP,
                        Job.Overlap.SKIP,
                        new Job.Work.Report(kind)));
    }

    private void take(String name, Job job) {
        Entry entry;
        try {
            entry = new Entry(name, job, Schedule.of(job.timing(), phase(name, job)));
        } catch (IllegalArgumentException e) {
            tell(
                    name,
                    clock.instant(),
                    clock.instant(),
                    Duration.ZERO,
                    false,
                    Optional.empty(),
                    RunResult.of(Ending.NOT_STARTED, String.valueOf(e.getMessage())));
            return;
        }
        entries.put(name, entry);
        Instant now = clock.instant();
        if (entry.isByCalendar()) {
            Optional<Instant> missed =
                    lastRuns.of(entry.key()).flatMap(entry.schedule::next).filter(due -> !due.isAfter(now));
            if (missed.isPresent()) {
                late(entry, missed.get(), now);
            } else if (lastRuns.of(entry.key()).isEmpty()) {
                lastRuns.was(entry.key(), now);
            }
        }
        arm(entry, now);
    }

    /** Reports of many hosts are spread; what people declare runs when they say. */
    private Duration phase(String name, Job job) {
        return job.timing() instanceof Job.Timing.Every(var interval) && job.work() instanceof Job.Work.Report
                ? Duration.ofMillis(hash(name) % interval.toMillis())
                : Duration.ZERO;
    }

    private long hash(String text) {
        long hash = 1125899906842597L;
        for (char c : (auid.value() + " " + text).toCharArray()) {
            hash = 31 * hash + c;
        }
        return (hash ^ (hash >>> 29)) & Long.MAX_VALUE;
    }

    private Wakes wakes(Entry entry) {
        if (!entry.isByCalendar()) {
            return timer;
        }
        if (startedCalendar.isEmpty()) {
            startedCalendar = Optional.of(calendar.get());
        }
        return startedCalendar.get();
    }

    private void arm(Entry entry, Instant after) {
        entry.due = entry.schedule.next(after);
        entry.due.ifPresent(due -> {
            long jitter = entry.job.jitter().toMillis();
            Instant when = jitter == 0 ? due : due.plusMillis(hash(entry.name + due) % (jitter + 1));
            wakes(entry).at(entry.name, when, () -> fire(entry, due, when));
        });
    }

    private synchronized void fire(Entry entry, Instant due, Instant when) {
        if (entry.gone) {
            return;
        }
        Instant now = clock.instant();
        if (now.isBefore(when.minus(EARLY))) {
            wakes(entry).at(entry.name, when, () -> fire(entry, due, when));
            return;
        }
        if (entry.isByCalendar() && now.isAfter(when.plus(LATE))) {
            late(entry, due, now);
        } else {
            if (entry.isByCalendar()) {
                lastRuns.was(entry.key(), due);
            }
            start(entry, due, false);
        }
        arm(entry, now.isAfter(due) ? now : due);
    }

    /** For however many were missed. */
    private void late(Entry entry, Instant due, Instant now) {
        lastRuns.was(entry.key(), now);
        switch (entry.job.missed()) {
            case ONCE -> start(entry, due, false);
            case SKIP ->
                tell(
                        entry.name,
                        due,
                        now,
                        Duration.ZERO,
                        false,
                        entry.schedule.next(now),
                        RunResult.of(Ending.MISSED, ""));
        }
    }

    private void start(Entry entry, Instant due, boolean byHand) {
        if (entry.running.isPresent()) {
            switch (entry.job.overlap()) {
                case SKIP -> {
                    if (entry.job.work() instanceof Job.Work.Run) {
                        tell(
                                entry.name,
                                due,
                                clock.instant(),
                                Duration.ZERO,
                                byHand,
                                Optional.empty(),
                                RunResult.of(Ending.SKIPPED, "the run before goes on"));
                    }
                }
                case WAIT -> entry.waiting = Optional.of(due);
                case REPLACE -> {
                    entry.waiting = Optional.of(due);
                    entry.running.get().ask();
                }
            }
            return;
        }
        var stop = new GroupRunner.Stop();
        entry.running = Optional.of(stop);
        try {
            threads.execute(() -> run(entry, due, byHand, stop));
        } catch (OutOfMemoryError e) { // no thread to be had
            entry.running = Optional.empty();
            System.err.println("jobs: " + entry.name + " was not started: " + e.getMessage());
        }
    }

    private void run(Entry entry, Instant due, boolean byHand, GroupRunner.Stop stop) {
        Instant started = clock.instant();
        long began = System.nanoTime();
        RunResult result;
        try {
            result = works.run(entry.job, this::services, stop);
        } catch (RuntimeException | OutOfMemoryError e) { // one job's trouble is not the others'
            result = RunResult.of(Ending.FAILED, e.toString());
        }
        Duration took = Duration.ofNanos(System.nanoTime() - began);
        synchronized (this) {
            entry.running = Optional.empty();
            boolean isReport = entry.job.work() instanceof Job.Work.Report;
            if (!isReport || result.ending() != Ending.OK) {
                tell(entry.name, due, started, took, byHand, entry.due, result);
            }
            Optional<Instant> next = entry.waiting;
            entry.waiting = Optional.empty();
            next.ifPresent(waiting -> start(entry, waiting, false));
        }
    }

    private synchronized List<Service> services() {
        return services;
    }

    /** The full name of a job that is called so; empty if there is none, or several. */
    public synchronized Optional<String> find(String name) {
        if (entries.containsKey(name)) {
            return Optional.of(name);
        }
        List<String> found = entries.keySet().stream()
                .filter(full -> full.endsWith("/" + name))
                .toList();
        return found.size() == 1 ? Optional.of(found.getFirst()) : Optional.empty();
    }

    /**
     * Runs a job now.
     *
     * @param name in full
     */
    public synchronized Started runNow(String name) {
        Entry entry = entries.get(name);
        if (entry == null) {
            return Started.NO_SUCH_JOB;
        }
        if (entry.running.isPresent()) {
            return Started.RUNS_ALREADY;
        }
        start(entry, clock.instant(), true);
        return Started.YES;
    }

    private void tell(
            String name,
            Instant due,
            Instant started,
            Duration took,
            boolean byHand,
            Optional<Instant> next,
            RunResult result) {
        String body = JobBodies.run(auid, name, due, started, took, byHand, next, result);
        reports.happened(new Report(Report.Kind.JOB, clock.instant(), body));
    }

    /** A report tells by its coming that it is due; nobody would learn when its next is. */
    private List<JobBodies.Line> programs() {
        return entries.values().stream()
                .filter(entry -> !(entry.job.work() instanceof Job.Work.Report))
                .map(entry -> new JobBodies.Line(entry.name, entry.job, entry.due))
                .toList();
    }
}
