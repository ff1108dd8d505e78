package io.espalier.shell.command;

import io.espalier.protocol.api.DnsPurge;
import io.espalier.shell.line.Argument;
import io.espalier.shell.line.Option;
import io.espalier.shell.line.Syntax;
import io.espalier.shell.line.Values;
import io.espalier.shell.view.DnsPages;
import java.util.List;

/** Names that the orchestrator answers. */
final class DnsCommands {
    private static final int MOST_NAMES = 10_000;

    private static final Option TYPE =
            Option.value("type", "TYPE", "record type, such as AAAA or MX, or several with commas; A if absent");
    private static final Option BELOW = Option.flag("below", "those below it as well, as far as they are cached");

    private DnsCommands() {}

    static List<Command> all() {
        return List.of(
                new Command(
                        Syntax.of("dns lookup", "look a name up, and show how it was found")
                                .arguments(Argument.one("NAME", "such as web.demo.internal", new Values.Any()))
                                .options(TYPE)
                                .examples("dns lookup web.demo.internal", "dns lookup example.com --type MX"),
                        DnsCommands::lookup),
                new Command(
                        Syntax.of("dns purge", "forget what is cached of a name, so that upstreams are asked anew")
                                .arguments(Argument.one("NAME", "such as www.example.com", new Values.Any()))
                                .options(BELOW)
                                .examples("dns purge www.example.com", "dns purge example.com --below"),
                        DnsCommands::purge),
                new Command(
                        Syntax.of("dns names", "names of the fleet, and who is left out as down")
                                .examples("dns names", "dns names --output json"),
                        DnsCommands::names),
                new Command(
                        Syntax.of("dns stats", "how names are answered: hit ratio, cache, upstreams")
                                .examples("dns stats"),
                        DnsCommands::stats));
    }

    private static Answer lookup(Call call) {
        String type = call.value(TYPE);
        var found = call.api().dnsLookup(call.argument(0), type == null ? "A" : type);
        boolean failed = found.answers().stream()
                .anyMatch(answer ->
                        !answer.status().equals("NOERROR") && !answer.status().equals("NXDOMAIN"));
        return new Answer(found, page -> DnsPages.lookup(page, found), failed);
    }

    private static Answer purge(Call call) {
        var purged = call.api().dnsPurge(new DnsPurge(call.argument(0), call.has(BELOW)));
        return Answer.of(purged, page -> DnsPages.purged(page, purged));
    }

    private static Answer names(Call call) {
        var names = call.api().dnsNames(null, MOST_NAMES);
        if (names.isEmpty()) {
            call.console().say("no names yet");
        }
        return Answer.of(names, page -> DnsPages.names(page, names));
    }

    private static Answer stats(Call call) {
        var stats = call.api().dnsStats();
        return Answer.of(stats, page -> DnsPages.stats(page, stats));
    }
}
