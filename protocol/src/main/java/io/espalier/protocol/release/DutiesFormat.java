package io.espalier.protocol.release;

import io.espalier.protocol.codec.MalformedException;
import io.espalier.protocol.codec.Reader;
import io.espalier.protocol.codec.Writer;
import java.util.List;
import java.util.Optional;

/** The byte form of {@link Duties}. */
final class DutiesFormat {

    private DutiesFormat() {}

    static void write(Writer out, Duties duties) {
        out.optional(duties.service(), DutiesFormat::write).list(duties.jobs(), DutiesFormat::write);
    }

    static Duties read(Reader in) {
        return new Duties(in.optional(DutiesFormat::readService), in.list(DutiesFormat::readJob));
    }

    private static void write(Writer out, Service service) {
        out.text(service.name());
        switch (service.check()) {
            case Service.Check.Systemd(var unit) -> out.text("systemd").text(unit);
            case Service.Check.Program(var name) -> out.text("process").text(name);
            case Service.Check.Asked(var health) -> {
                out.text("asked");
                ReleaseFormat.write(out, health);
            }
        }
    }

    private static Service readService(Reader in) {
        String name = in.text();
        String kind = in.text();
        return new Service(
                name,
                switch (kind) {
                    case "systemd" -> new Service.Check.Systemd(in.text());
                    case "process" -> new Service.Check.Program(in.text());
                    case "asked" -> new Service.Check.Asked(ReleaseFormat.readHealthCheck(in));
                    default ->
                        throw new MalformedException(
                                "service check: " + kind + " (expected: systemd, process or asked)");
                });
    }

    private static void write(Writer out, Job job) {
        out.text(job.name());
        switch (job.timing()) {
            case Job.Timing.Cron(var expression, var zone) ->
                out.text("cron").text(expression).text(zone);
            case Job.Timing.Every(var interval) -> out.text("every").duration(interval);
        }
        out.duration(job.timeout()).duration(job.jitter()).name(job.missed()).name(job.overlap());
        switch (job.work()) {
            case Job.Work.Run(var argv, var user) ->
                out.text("run").list(argv, Writer::text).optional(user, Writer::text);
            case Job.Work.Report(var kind) -> out.text("report").name(kind);
        }
    }

    private static Job readJob(Reader in) {
        return new Job(
                in.text(),
                readTiming(in),
                in.duration(),
                in.duration(),
                in.name(Job.Missed.class),
                in.name(Job.Overlap.class),
                readWork(in));
    }

    private static Job.Timing readTiming(Reader in) {
        String kind = in.text();
        return switch (kind) {
            case "cron" -> new Job.Timing.Cron(in.text(), in.text());
            case "every" -> new Job.Timing.Every(in.duration());
            default -> throw new MalformedException("timing: " + kind + " (expected: cron or every)");
        };
    }

    private static Job.Work readWork(Reader in) {
        String kind = in.text();
        return switch (kind) {
            case "run" -> {
                List<String> argv = in.list(Reader::text);
                Optional<String> user = in.optional(Reader::text);
                yield new Job.Work.Run(argv, user);
            }
            case "report" -> new Job.Work.Report(in.name(Job.Kind.class));
            default -> throw new MalformedException("work: " + kind + " (expected: run or report)");
        };
    }
}
