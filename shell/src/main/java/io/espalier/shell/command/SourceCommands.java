package io.espalier.shell.command;

import static io.espalier.shell.command.Commands.HOST;
import static io.espalier.shell.command.Commands.REF;
import static io.espalier.shell.command.Commands.TIERS;
import static io.espalier.shell.command.Commands.UNITS;
import static io.espalier.shell.command.Commands.known;

import io.espalier.protocol.api.ProblemView;
import io.espalier.protocol.api.ValidateRequest;
import io.espalier.shell.line.Argument;
import io.espalier.shell.line.Noun;
import io.espalier.shell.line.Option;
import io.espalier.shell.line.Syntax;
import io.espalier.shell.view.PlanPages;
import io.espalier.shell.view.SourcePages;
import java.util.List;

/** Desired state: where it comes from, whether it is right, what it would change. */
final class SourceCommands {
    private static final Option UNIT = Option.value("unit", "UNIT", "only files of this unit");

    private SourceCommands() {}

    static List<Command> all() {
        return List.of(
                new Command(
                        Syntax.of("sources", "repositories that are watched").examples("sources"),
                        SourceCommands::sources),
                new Command(
                        Syntax.of("source sync", "look at a source now instead of at its next turn")
                                .arguments(Argument.one("NAME", "a source", known(Noun.SOURCE)))
                                .examples("source sync demo"),
                        SourceCommands::sync),
                new Command(
                        Syntax.of("validate", "check a fleet folder without changing anything")
                                .arguments(Argument.one("DIR", "the folder with fleet.yaml", known(Noun.FOLDER)))
                                .examples("validate .", "validate ~/fleet --output json"),
                        SourceCommands::validate),
                new Command(
                        Syntax.of("render", "the files that a host would get")
                                .arguments(Argument.one("HOST", "a host of the fleet", known(Noun.HOST)))
                                .options(UNIT, REF)
                                .examples("render web1", "render web1 --unit motd --ref feature"),
                        SourceCommands::render),
                new Command(
                        Syntax.of("plan", "what would change, and where")
                                .options(REF, HOST, TIERS, UNITS)
                                .examples("plan", "plan --ref feature --host web1"),
                        SourceCommands::plan));
    }

    private static Answer sources(Call call) {
        var sources = call.api().sources();
        return Answer.of(sources, page -> SourcePages.sources(page, sources));
    }

    private static Answer sync(Call call) {
        var source = call.api().syncSource(call.argument(0));
        boolean failed = source.state().equals("rejected") || source.state().equals("stalled");
        return new Answer(source, page -> SourcePages.source(page, source), failed);
    }

    private static Answer validate(Call call) {
        String dir = call.argument(0);
        var files = FleetFolder.read(call.path(dir), call.console());
        List<ProblemView> problems = call.api().validate(new ValidateRequest(files));
        boolean failed =
                problems.stream().anyMatch(problem -> !problem.severity().equals("warning"));
        if (problems.isEmpty()) {
            call.console().say("no problems in " + files.size() + (files.size() == 1 ? " file" : " files"));
        }
        String prefix = dir.equals(".") ? "" : dir.endsWith("/") ? dir : dir + "/";
        return new Answer(problems, page -> SourcePages.problems(page, problems, prefix), failed);
    }

    private static Answer render(Call call) {
        var files = call.api().render(call.argument(0), call.value(UNIT), call.value(REF));
        if (files.isEmpty()) {
            call.console().say("no files");
        }
        return Answer.of(files, page -> SourcePages.rendered(page, files));
    }

    private static Answer plan(Call call) {
        var plan = call.api().plan(call.value(REF), call.values(HOST), call.values(TIERS), call.values(UNITS));
        boolean failed =
                plan.problems().stream().anyMatch(problem -> !problem.severity().equals("warning"));
        return new Answer(plan, page -> PlanPages.plan(page, plan), failed);
    }
}
