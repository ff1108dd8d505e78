package io.espalier.shell.command;

import static io.espalier.shell.command.Commands.LIMIT;
import static io.espalier.shell.command.Commands.known;

import io.espalier.protocol.api.JobRunView;
import io.espalier.protocol.api.JobView;
import io.espalier.protocol.api.RunJobRequest;
import io.espalier.shell.line.Argument;
import io.espalier.shell.line.Noun;
import io.espalier.shell.line.Option;
import io.espalier.shell.line.Syntax;
import io.espalier.shell.line.Values;
import io.espalier.shell.view.JobPages;
import java.util.List;

/** What hosts do by themselves. */
final class JobCommands {
    private static final int USUAL_COUNT = 10;
    private static final Option ON =
            Option.value("host", "HOST", "on which host").of(known(Noun.HOST));
    private static final Argument NAME = Argument.one("NAME", "a job, as UNIT/NAME", new Values.Any());

    private JobCommands() {}

    static List<Command> all() {
        return List.of(
                new Command(
                        Syntax.of("jobs", "what hosts do by themselves, when, and how it went last")
                                .arguments(Argument.one("HOST", "only this host", known(Noun.HOST))
                                        .optional())
                                .examples("jobs", "jobs web1"),
                        JobCommands::jobs),
                new Command(
                        Syntax.of("job", "the last runs of a job, with what they printed")
                                .arguments(NAME)
                                .options(ON, LIMIT)
                                .examples("job shop/bill --host web1"),
                        JobCommands::runs),
                new Command(
                        Syntax.of("job run", "run a job now; `job NAME` tells how it went")
                                .arguments(NAME)
                                .options(ON)
                                .examples("job run shop/bill --host web1"),
                        JobCommands::run));
    }

    private static Answer jobs(Call call) {
        List<JobView> jobs = call.api().jobs(call.arguments().isEmpty() ? null : call.argument(0));
        if (jobs.isEmpty()) {
            call.console().say("no jobs");
        }
        return Answer.of(jobs, page -> JobPages.jobs(page, jobs));
    }

    private static Answer runs(Call call) {
        String limit = call.value(LIMIT);
        List<JobRunView> runs =
                call.api().runs(host(call), call.argument(0), limit == null ? USUAL_COUNT : Integer.parseInt(limit));
        if (runs.isEmpty()) {
            call.console().say("no runs of " + call.argument(0));
        }
        return Answer.of(runs, page -> JobPages.runs(page, runs));
    }

    private static Answer run(Call call) {
        var started = call.api().runJob(host(call), new RunJobRequest(call.argument(0)));
        call.console()
                .say(started.job() + " runs on " + started.host() + ": espalier job " + started.job() + " --host "
                        + started.host());
        return Answer.of(started, _ -> {});
    }

    private static String host(Call call) {
        String host = call.value(ON);
        if (host == null) {
            throw CommandException.usage("which host?", "Add --host HOST.");
        }
        return host;
    }
}
