package io.espalier.shell.command;

import static io.espalier.shell.command.Commands.LIMIT;
import static io.espalier.shell.command.Commands.known;

import io.espalier.protocol.api.DriftView;
import io.espalier.protocol.api.HostPage;
import io.espalier.protocol.api.HostView;
import io.espalier.shell.line.Argument;
import io.espalier.shell.line.Noun;
import io.espalier.shell.line.Option;
import io.espalier.shell.line.Syntax;
import io.espalier.shell.line.Values;
import io.espalier.shell.view.ExplainPages;
import io.espalier.shell.view.FleetPages;
import java.util.ArrayList;
import java.util.List;

/** Looking at the fleet. */
final class FleetCommands {
    private static final int PAGE = 500;
    private static final int MOST_PAGES = 1000;
    private static final int USUAL_CHANGES = 20;

    private static final Option TIER =
            Option.value("tier", "TIER", "only hosts of this tier").of(known(Noun.TIER));
    private static final Option TAG = Option.value("tag", "TAG", "only hosts with this tag");
    private static final Option STATE = Option.choice(
            "state",
            "only hosts in this state",
            List.of(
                    "in-sync",
                    "pending",
                    "applying",
                    "waiting",
                    "drifted",
                    "failed",
                    "unreachable",
                    "quarantined",
                    "stale"));
    private static final Option Q = Option.value("q", "TEXT", "only hosts with this in name, tag or address");

    private FleetCommands() {}

    static List<Command> all() {
        return List.of(
                new Command(
                        Syntax.of("status", "the fleet at a glance").examples("status", "status --output json"),
                        FleetCommands::status),
                new Command(
                        Syntax.of("hosts", "all hosts, by tier")
                                .options(TIER, TAG, STATE, Q)
                                .examples("hosts", "hosts --tier web --state drifted"),
                        FleetCommands::hosts),
                new Command(
                        Syntax.of("host", "one host: what it holds, drift, last applies")
                                .arguments(Argument.one("NAME", "a host of the fleet", known(Noun.HOST)))
                                .examples("host web1"),
                        FleetCommands::host),
                new Command(
                        Syntax.of("explain", "what each line of a host's file was made of")
                                .arguments(
                                        Argument.one("HOST", "a host of the fleet", known(Noun.HOST)),
                                        Argument.one("PATH", "a file that it holds", new Values.Any()))
                                .examples("explain web1 /etc/motd"),
                        FleetCommands::explain),
                new Command(
                        Syntax.of("history", "the releases that changed a host's file")
                                .arguments(
                                        Argument.one("HOST", "a host of the fleet", known(Noun.HOST)),
                                        Argument.one("PATH", "a file that it holds, or held", new Values.Any()))
                                .options(LIMIT)
                                .examples("history web1 /etc/motd", "history web1 /etc/motd --limit 1"),
                        FleetCommands::history),
                new Command(
                        Syntax.of("drift", "what hosts no longer hold as released")
                                .examples("drift"),
                        FleetCommands::drift));
    }

    private static Answer status(Call call) {
        var status = call.api().status();
        return Answer.of(
                status, page -> FleetPages.status(page, status, call.target().toString()));
    }

    private static Answer hosts(Call call) {
        String tier = call.value(TIER);
        String tag = call.value(TAG);
        String state = call.value(STATE);
        String q = call.value(Q);
        var all = new ArrayList<HostView>();
        HostPage page;
        int number = 0;
        do {
            page = call.api().hosts(tier, tag, state, q, number++, PAGE);
            all.addAll(page.hosts());
        } while (all.size() < page.total() && !page.hosts().isEmpty() && number < MOST_PAGES);
        var hosts = new HostPage(List.copyOf(all), 0, all.size(), page.total());
        if (all.isEmpty()) {
            call.console().say("no such hosts");
        }
        return Answer.of(hosts, view -> FleetPages.hosts(view, hosts));
    }

    private static Answer host(Call call) {
        var detail = call.api().host(call.argument(0));
        return Answer.of(detail, page -> FleetPages.host(page, detail));
    }

    private static Answer explain(Call call) {
        var explained = call.api().explain(call.argument(0), call.argument(1));
        return Answer.of(explained, page -> ExplainPages.explain(page, explained));
    }

    private static Answer history(Call call) {
        String limit = call.value(LIMIT);
        var changes = call.api()
                .history(call.argument(0), call.argument(1), limit == null ? USUAL_CHANGES : Integer.parseInt(limit));
        if (changes.isEmpty()) {
            call.console().say("no known release changed " + call.argument(1));
        }
        return Answer.of(changes, page -> ExplainPages.history(page, changes));
    }

    private static Answer drift(Call call) {
        List<DriftView> drift = call.api().drift();
        if (drift.isEmpty()) {
            call.console().say("no drift: every host holds its release");
        }
        return Answer.of(drift, page -> {
            if (!drift.isEmpty()) {
                FleetPages.drift(page, drift);
            }
        });
    }
}
