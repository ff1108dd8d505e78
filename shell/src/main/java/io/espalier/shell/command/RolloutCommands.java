package io.espalier.shell.command;

import static io.espalier.shell.command.Commands.HOST;
import static io.espalier.shell.command.Commands.LIMIT;
import static io.espalier.shell.command.Commands.NO_WAIT;
import static io.espalier.shell.command.Commands.REF;
import static io.espalier.shell.command.Commands.TIERS;
import static io.espalier.shell.command.Commands.TIMEOUT;
import static io.espalier.shell.command.Commands.UNITS;
import static io.espalier.shell.command.Commands.YES;
import static io.espalier.shell.command.Commands.known;

import io.espalier.protocol.api.DeployRequest;
import io.espalier.protocol.api.HostDetail;
import io.espalier.protocol.api.PlanView;
import io.espalier.protocol.api.RollbackRequest;
import io.espalier.protocol.api.RolloutView;
import io.espalier.shell.line.Argument;
import io.espalier.shell.line.Noun;
import io.espalier.shell.line.Option;
import io.espalier.shell.line.Syntax;
import io.espalier.shell.view.PlanPages;
import io.espalier.shell.view.RolloutPages;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Changing hosts: deploy, steer, roll back, heal. */
final class RolloutCommands {
    private static final Duration USUAL_LIMIT = Duration.ofMinutes(60);
    private static final int USUAL_COUNT = 20;

    private static final Option FOLLOW =
            Option.flag("follow", "show its events until it ends").letter('f');
    private static final Option ALL = Option.flag("all", "every host of the fleet");
    private static final Option TO = Option.value(
            "to", "RELEASE", "a release id, or its beginning (with --all a revision); the last good one if absent");
    private static final Argument ID = Argument.one("ID", "a rollout's number", known(Noun.ROLLOUT));

    private RolloutCommands() {}

    static List<Command> all() {
        var all = new ArrayList<Command>();
        all.add(new Command(
                Syntax.of("deploy", "carry a plan out, wave by wave")
                        .options(REF, HOST, TIERS, UNITS, YES, NO_WAIT, TIMEOUT)
                        .examples("deploy", "deploy --tier web --yes", "deploy --ref v1.4 --host web1 --host web2"),
                RolloutCommands::deploy));
        all.add(new Command(
                Syntax.of("rollouts", "rollouts so far, the newest first")
                        .options(LIMIT)
                        .examples("rollouts"),
                RolloutCommands::rollouts));
        all.add(new Command(
                Syntax.of("rollout", "one rollout by waves and hosts")
                        .arguments(ID)
                        .options(FOLLOW, TIMEOUT)
                        .examples("rollout 12", "rollout 12 --follow"),
                RolloutCommands::rollout));
        all.add(steering("pause", "let no further host begin"));
        all.add(steering("resume", "go on after a pause"));
        all.add(steering("abort", "end it; hosts keep what they hold now"));
        all.add(steering("approve", "let one begin that waits for a person"));
        all.add(steering("retry", "try the failed hosts again"));
        all.add(new Command(
                Syntax.of("rollback", "take a host, or all, back to an earlier release")
                        .arguments(Argument.one("HOST", "which host", known(Noun.HOST))
                                .optional())
                        .options(ALL, TO, YES, NO_WAIT, TIMEOUT)
                        .examples("rollback web1", "rollback --all --yes", "rollback web1 --to 3f2a91c0d4e5"),
                RolloutCommands::rollback));
        all.add(new Command(
                Syntax.of("drift heal", "put a host back to what its release says")
                        .arguments(Argument.one("HOST", "a host of the fleet", known(Noun.HOST)))
                        .options(NO_WAIT, TIMEOUT)
                        .examples("drift heal web1"),
                call -> follow(call, call.api().heal(call.argument(0)))));
        return all;
    }

    private static Command steering(String action, String about) {
        return new Command(
                Syntax.of("rollout " + action, about).arguments(ID).examples("rollout " + action + " 12"), call -> {
                    var rollout = call.api().steer(Long.parseLong(call.argument(0)), action);
                    return Answer.of(rollout, page -> RolloutPages.rollout(page, rollout));
                });
    }

    private static Answer deploy(Call call) throws InterruptedException {
        var hosts = call.values(HOST);
        var tiers = call.values(TIERS);
        var units = call.values(UNITS);
        var plan = call.api().plan(call.value(REF), hosts, tiers, units);
        call.show(page -> PlanPages.plan(page, plan));
        if (plan.problems().stream().anyMatch(problem -> !problem.severity().equals("warning"))) {
            throw CommandException.failed(
                    units.isEmpty()
                            ? "revision " + plan.revision() + " has problems; nothing was changed"
                            : String.join(", ", units) + " cannot be deployed alone; nothing was changed",
                    null);
        }
        int changing = changing(plan);
        if (changing == 0) {
            call.console().say("nothing to change");
            return Answer.nothing();
        }
        call.confirm(YES, "Deploy this to " + (changing == 1 ? "1 host?" : changing + " hosts?"));
        return follow(call, call.api().deploy(new DeployRequest(call.value(REF), hosts, tiers, units, plan.digest())));
    }

    private static int changing(PlanView plan) {
        return plan.groups().stream().mapToInt(group -> group.hosts().size()).sum();
    }

    private static Answer follow(Call call, RolloutView rollout) throws InterruptedException {
        if (call.has(NO_WAIT)) {
            call.console()
                    .say("rollout " + rollout.id() + " has started: espalier rollout " + rollout.id() + " --follow");
            return Answer.of(rollout, page -> RolloutPages.verdict(page, rollout));
        }
        call.console().say("rollout " + rollout.id() + " (Ctrl-C leaves it to itself)");
        var ended = new Follow(call, rollout.id(), limit(call)).toEnd().rollout();
        return new Answer(
                ended, page -> RolloutPages.verdict(page, ended), !ended.state().equals("done"));
    }

    private static Duration limit(Call call) {
        String minutes = call.value(TIMEOUT);
        return minutes == null ? USUAL_LIMIT : Duration.ofMinutes(Long.parseLong(minutes));
    }

    private static Answer rollouts(Call call) {
        String limit = call.value(LIMIT);
        var rollouts = call.api().rollouts(limit == null ? USUAL_COUNT : Integer.parseInt(limit));
        return Answer.of(rollouts, page -> RolloutPages.rollouts(page, rollouts));
    }

    private static Answer rollout(Call call) throws InterruptedException {
        long id = Long.parseLong(call.argument(0));
        if (!call.has(FOLLOW)) {
            var detail = call.api().rollout(id);
            return Answer.of(detail, page -> RolloutPages.detail(page, detail));
        }
        call.api().rollout(id); // tells at once if there is none
        var detail = new Follow(call, id, limit(call)).toEnd();
        boolean failed = !detail.rollout().state().equals("done");
        return new Answer(detail, page -> RolloutPages.verdict(page, detail.rollout()), failed);
    }

    private static Answer rollback(Call call) throws InterruptedException {
        var hosts = call.arguments();
        boolean all = call.has(ALL);
        if (all != hosts.isEmpty()) {
            throw CommandException.usage(
                    all ? "either a host or --all, not both" : "roll back which host?",
                    "Such as: espalier rollback web1, or: espalier rollback --all");
        }
        String to = all ? call.value(TO) : release(call);
        call.confirm(
                YES,
                "Take " + (all ? "every host" : hosts.getFirst()) + " back to "
                        + (to == null ? "the last good release?" : (all ? "revision " : "release ") + to + "?"));
        return follow(call, call.api().rollback(new RollbackRequest(hosts, all, to)));
    }

    /** The orchestrator wants the whole id; tables show its beginning. */
    private static @Nullable String release(Call call) {
        String start = call.value(TO);
        if (start == null) {
            return null;
        }
        var whole = call.api().host(call.argument(0)).applies().stream()
                .map(HostDetail.ApplyView::release)
                .filter(release -> release.startsWith(start))
                .distinct()
                .toList();
        if (whole.size() > 1) {
            throw CommandException.usage(
                    start + " is the beginning of " + whole.size() + " releases", "Such as: --to " + whole.getFirst());
        }
        return whole.isEmpty() ? start : whole.getFirst();
    }
}
