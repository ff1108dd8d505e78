package io.espalier.orchestrator.fleet;

import io.espalier.protocol.release.Duties;
import io.espalier.protocol.release.Job;
import io.espalier.protocol.release.Service;
import java.text.ParseException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.quartz.CronExpression;

/**
 * Reads {@code service:} and {@code jobs:} of a unit.
 *
 * @param about names the unit in front of messages
 */
record DutyLines(Section unit, String about, Problems problems, CommandLines commands) {

    private static final Pattern SERVICE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.@-]{0,63}");
    private static final Pattern SYSTEMD = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.@:\\\\-]{0,200}");
    private static final Pattern PROCESS = Pattern.compile("[^\\s/]{1,64}");
    private static final Pattern JOB = Pattern.compile("[a-z0-9][a-z0-9_.-]{0,63}");
    private static final Pattern USER = Pattern.compile("[a-z_][a-z0-9_-]{0,31}");
    private static final Pattern CRON = Pattern.compile("[0-9A-Za-z*?/,#-]+( +[0-9A-Za-z*?/,#-]+){5,6}");
    private static final Pattern ZONE = Pattern.compile("[A-Za-z][A-Za-z0-9_+/-]{0,63}");
    private static final String ZONE_FORM = "a time zone such as Europe/Berlin";
    private static final Duration SERVICE_WITHIN = Duration.ofSeconds(5);

    Duties read() {
        return new Duties(service(), jobs());
    }

    private Optional<Service> service() {
        return unit.value("service").flatMap(value -> {
            Section service = section(value, Keys.SERVICE);
            Optional<String> name = service.text("name", SERVICE, "[A-Za-z0-9_.@-], 1 to 64 characters");
            Optional<Service.Check> check = service.value("check").flatMap(this::check);
            if (value instanceof Yaml.Entries) {
                for (String key : Keys.SERVICE.known()) {
                    if (!service.has(key)) {
                        service.complain(value.at(), "'" + key + "' is missing in 'service'");
                    }
                }
            }
            return name.flatMap(known -> check.map(asked -> new Service(known, asked)));
        });
    }

    private Optional<Service.Check> check(Yaml item) {
        Section check = section(item, Keys.SERVICE_CHECK);
        boolean bySystemd = check.has("systemd");
        boolean byProcess = check.has("process");
        if (!bySystemd && !byProcess) {
            Duration within = check.has("within") ? commands.within(check) : SERVICE_WITHIN;
            return commands.health(item, check, within, "a service's check").map(Service.Check.Asked::new);
        }
        for (String key : Keys.SERVICE_CHECK.known()) {
            if (check.has(key) && !key.equals(bySystemd ? "systemd" : "process")) {
                check.complain(
                        check.at(key), "'" + key + "' does not go with '" + (bySystemd ? "systemd" : "process") + "'");
            }
        }
        return bySystemd
                ? check.text("systemd", SYSTEMD, "the name of a systemd unit").map(Service.Check.Systemd::new)
                : check.text("process", PROCESS, "the name of a program, without its folder")
                        .map(Service.Check.Program::new);
    }

    private List<Job> jobs() {
        var jobs = new ArrayList<Job>();
        var names = new HashSet<String>();
        List<Yaml> items = unit.list("jobs");
        if (items.size() > Duties.MAX_JOBS) {
            unit.complain(unit.at("jobs"), "'jobs' has " + items.size() + " (at most " + Duties.MAX_JOBS + ")");
            return jobs;
        }
        for (Yaml item : items) {
            job(item).ifPresent(job -> {
                if (names.add(job.name())) {
                    jobs.add(job);
                } else {
                    unit.complain(item.at(), "a job '" + job.name() + "' is there already", "give it another 'name'");
                }
            });
        }
        return jobs;
    }

    private Optional<Job> job(Yaml item) {
        Section job = section(item, Keys.JOB);
        if (!(item instanceof Yaml.Entries) || job.hasLaterKeys()) {
            return Optional.empty();
        }
        if (job.has("run") == job.has("report")) {
            job.complain(item.at(), "a job needs one of run and report");
        }
        if (job.has("cron") == job.has("every")) {
            job.complain(item.at(), "a job needs one of cron and every");
        }
        for (String key : List.of("user", "timeout", "overlap")) {
            if (job.has("report") && job.has(key)) {
                job.complain(job.at(key), "'" + key + "' is for jobs that run a program");
            }
        }
        if (job.has("zone") && !job.has("cron")) {
            job.complain(job.at("zone"), "'zone' is for jobs with cron");
        }
        if (job.has("missed") && job.has("every")) {
            job.complain(job.at("missed"), "'missed' is for jobs with cron");
        }
        Optional<Job.Work> work = work(job);
        Optional<String> name =
                job.has("name") ? job.text("name", JOB, "[a-z0-9_.-], 1 to 64 characters") : work.map(DutyLines::name);
        if (!job.has("name") && name.filter(JOB.asMatchPredicate()).isEmpty() && work.isPresent()) {
            job.complain(item.at(), "the job needs a 'name': its program's cannot serve as one");
            return Optional.empty();
        }
        Optional<Job.Timing> timing = job.has("cron") ? cron(job) : every(job);
        Duration timeout = job.duration("timeout")
                .filter(commands.positive(job, "timeout"))
                .orElse(Job.DEFAULT_TIMEOUT);
        Duration jitter = job.duration("jitter").orElse(Duration.ZERO);
        Job.Missed missed = word(job, "missed", Job.Missed.class).orElse(Job.Missed.ONCE);
        Job.Overlap overlap = word(job, "overlap", Job.Overlap.class).orElse(Job.Overlap.SKIP);
        return name.flatMap(known ->
                timing.flatMap(when -> work.map(what -> new Job(known, when, timeout, jitter, missed, overlap, what))));
    }

    private Optional<Job.Work> work(Section job) {
        if (job.has("report")) {
            return word(job, "report", Job.Kind.class).map(Job.Work.Report::new);
        }
        Optional<String> user = job.text("user", USER, USER.pattern());
        return job.value("run")
                .flatMap(run -> commands.argv(job, "run", run))
                .map(argv -> new Job.Work.Run(argv, user));
    }

    /** Of a program, its file's name; of a report, what it is about. */
    private static String name(Job.Work work) {
        return switch (work) {
            case Job.Work.Run(var argv, var user) -> {
                String program = argv.getFirst();
                String file = program.substring(program.lastIndexOf('/') + 1).toLowerCase(Locale.ROOT);
                int dot = file.lastIndexOf('.');
                yield dot > 0 ? file.substring(0, dot) : file;
            }
            case Job.Work.Report(var kind) -> kind.name().toLowerCase(Locale.ROOT);
        };
    }

    private Optional<Job.Timing> every(Section job) {
        return job.duration("every").flatMap(every -> {
            if (every.compareTo(Job.MIN_INTERVAL) < 0 || every.compareTo(Job.MAX_INTERVAL) > 0) {
                job.complainForm("every", "a time from 1s to 366d");
                return Optional.empty();
            }
            return Optional.of(new Job.Timing.Every(every));
        });
    }

    private Optional<Job.Timing> cron(Section job) {
        Optional<Named> cron =
                job.named("cron", CRON, "second, minute, hour, day of month, month, day of week and perhaps year");
        Optional<Named> zone = job.named("zone", ZONE, ZONE_FORM).filter(named -> {
            try {
                return ZoneId.of(named.name()).getId().equals(named.name());
            } catch (DateTimeException e) {
                job.complain(named.at(), "'zone' cannot be '" + named.name() + "' (expected: " + ZONE_FORM + ")");
                return false;
            }
        });
        if (job.has("zone") && zone.isEmpty()) {
            return Optional.empty();
        }
        return cron.flatMap(named -> {
            try {
                CronExpression.validateExpression(named.name());
            } catch (ParseException | RuntimeException e) { // its parser throws both for nonsense
                job.complain(named.at(), "'cron' cannot be '" + named.name() + "': " + e.getMessage());
                return Optional.empty();
            }
            return Optional.of(
                    new Job.Timing.Cron(named.name(), zone.map(Named::name).orElse("UTC")));
        });
    }

    private static <E extends Enum<E>> Optional<E> word(Section section, String key, Class<E> type) {
        List<String> words = java.util.Arrays.stream(type.getEnumConstants())
                .map(value -> value.name().toLowerCase(Locale.ROOT))
                .toList();
        return section.text(key, Pattern.compile(String.join("|", words)), String.join(", ", words))
                .map(word -> Enum.valueOf(type, word.toUpperCase(Locale.ROOT)));
    }

    private Section section(Yaml value, Keys keys) {
        return Section.of(value, keys, about, problems);
    }
}
