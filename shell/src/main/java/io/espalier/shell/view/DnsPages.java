package io.espalier.shell.view;

import io.espalier.protocol.api.DnsLookup;
import io.espalier.protocol.api.DnsName;
import io.espalier.protocol.api.DnsPurged;
import io.espalier.protocol.api.DnsStats;
import java.util.List;
import java.util.Locale;

/** Names, how they were found, and how well they are answered. */
public final class DnsPages {
    private DnsPages() {}

    public static void lookup(Page page, DnsLookup found) {
        for (DnsLookup.Answer answer : found.answers()) {
            page.line(
                    new Cell(answer.name() + " " + answer.type() + "  ", Style.BOLD),
                    new Cell(answer.status(), answer.status().equals("NOERROR") ? Style.GREEN : Style.YELLOW),
                    new Cell("  from " + answer.origin() + ", for " + answer.ttl() + " s", Style.DIM));
            if (answer.note() != null) {
                page.line(Cell.of(answer.note()));
            }
            for (DnsLookup.Entry entry : answer.records()) {
                boolean isPlain =
                        entry.name().equals(answer.name()) && entry.type().equals(answer.type());
                String owner = isPlain ? "" : entry.name() + " " + entry.type() + " ";
                page.line("  " + owner + entry.data() + "  " + entry.ttl() + " s");
            }
        }
        var table = new Table().number("AFTER").column("STAGE").wide("DECISION");
        for (DnsLookup.Step step : found.steps()) {
            table.row(Cell.of(millis(step.micros())), Cell.of(step.stage()), Cell.of(step.decision()));
        }
        page.blank();
        table.print(page);
    }

    public static void purged(Page page, DnsPurged purged) {
        page.line(purged.names() == 1 ? "1 name forgotten" : purged.names() + " names forgotten");
    }

    public static void names(Page page, List<DnsName> names) {
        if (names.isEmpty()) {
            return;
        }
        var table = new Table()
                .column("NAME")
                .column("KIND")
                .column("STATE")
                .wide("ANSWERS")
                .wide("WHY");
        for (DnsName name : names) {
            table.row(
                    new Cell(name.name(), Style.BOLD),
                    Cell.of(name.kind()),
                    state(name.state()),
                    Cell.of(String.join(", ", name.answers())),
                    Cell.of(name.detail()));
        }
        table.print(page);
    }

    public static void stats(Page page, DnsStats stats) {
        page.field(
                "state",
                state(stats.state()),
                new Cell(stats.detail() == null ? "" : " " + stats.detail(), Style.PLAIN));
        page.field("listens", Cell.of(String.join(", ", stats.addresses())));
        page.field("zone", Cell.of(stats.zone()));
        Double ratio = stats.hitRatio();
        page.field("hit ratio", Cell.of(ratio == null ? null : String.format(Locale.ROOT, "%.1f %%", ratio * 100)));
        stats.answers().forEach((origin, count) -> {
            if (count > 0) {
                page.field("  " + origin, Cell.of(count));
            }
        });
        page.field("cached", Cell.of(stats.cachedNames() + " names, " + Page.size(stats.cachedBytes())));
        var table = new Table()
                .column("UPSTREAM")
                .column("STATE")
                .number("AVERAGE")
                .number("ASKED")
                .number("ANSWERED")
                .number("FAULTS");
        for (DnsStats.Upstream upstream : stats.upstreams()) {
            table.row(
                    new Cell(upstream.name(), Style.BOLD),
                    state(upstream.state()),
                    Cell.of(upstream.averageMicros() == 0 ? null : millis(upstream.averageMicros())),
                    Cell.of(upstream.asked()),
                    Cell.of(upstream.answered()),
                    Cell.of(upstream.faults()));
        }
        page.blank();
        table.print(page);
    }

    private static Cell state(String state) {
        return switch (state) {
            case "up", "listening" -> new Cell("● " + state, Style.GREEN);
            case "partly" -> new Cell("◆ " + state, Style.MAGENTA);
            case "down", "failing" -> new Cell("✖ " + state, Style.RED);
            default -> new Cell("○ " + state, Style.PLAIN);
        };
    }

    private static String millis(long micros) {
        return String.format(Locale.ROOT, "%.2f ms", micros / 1000.0);
    }
}
