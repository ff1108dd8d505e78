package io.espalier.agent.job;

import io.espalier.agent.json.Json;
import io.espalier.protocol.Auid;
import io.espalier.protocol.release.Job;
import io.espalier.protocol.wire.Report;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The JSON of what is told of jobs; docs/spec/job.md shows it. */
final class JobBodies {

    /** Room for what stands around the lines. */
    private static final int ROOM = 512;

    private JobBodies() {}

    /** A job on the board. */
    record Line(String name, Job job, Optional<Instant> due) {}

    static String run(
            Auid auid,
            String name,
            Instant due,
            Instant started,
            Duration took,
            boolean byHand,
            Optional<Instant> next,
            RunResult result) {
        var json = new Json();
        json.open().name("auid").text(auid.value()).name("job").text(name);
        json.name("due").text(due.toString()).name("started").text(started.toString());
        json.name("millis").number(took.toMillis()).name("by").text(byHand ? "hand" : "schedule");
        json.name("ending").text(result.ending().word());
        result.status().ifPresent(status -> json.name("status").number(status));
        json.name("output").text(result.output());
        next.ifPresent(when -> json.name("next").text(when.toString()));
        return json.close().toString();
    }

    /** As many as fit a report; {@code more} tells how many did not. */
    static String schedule(Auid auid, List<Line> lines) {
        var json = new Json();
        json.open().name("auid").text(auid.value()).name("jobs").openList();
        int told = 0;
        for (Line line : lines) {
            var one = new Json();
            write(one, line);
            if (json.toString().length() + one.toString().length() > Report.MAX_BODY - ROOM) {
                break;
            }
            write(json, line);
            told++;
        }
        return json.closeList().name("more").number(lines.size() - told).close().toString();
    }

    private static void write(Json json, Line line) {
        Job job = line.job();
        json.open()
                .name("job")
                .text(line.name())
                .name("timing")
                .text(job.timing().toString());
        json.name("work").text(work(job.work()));
        json.name("timeout_ms").number(job.timeout().toMillis());
        json.name("jitter_ms").number(job.jitter().toMillis());
        json.name("missed").text(word(job.missed())).name("overlap").text(word(job.overlap()));
        json.name("next").text(line.due().map(Instant::toString)).close();
    }

    private static String work(Job.Work work) {
        return switch (work) {
            case Job.Work.Run(var argv, var user) ->
                "run " + String.join(" ", argv)
                        + user.map(name -> " as " + name).orElse("");
            case Job.Work.Report(var kind) -> "report " + word(kind);
        };
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
