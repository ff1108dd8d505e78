package io.espalier.shell.view;

import io.espalier.protocol.api.DriftView;
import io.espalier.protocol.api.FleetStatus;
import io.espalier.protocol.api.HostDetail;
import io.espalier.protocol.api.HostPage;
import io.espalier.protocol.api.HostView;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The fleet and its hosts. */
public final class FleetPages {
    private static final int MOST_APPLIES = 10;
    private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{40,}");

    private FleetPages() {}

    public static void status(Page page, FleetStatus status, String url) {
        page.field("fleet", Cell.of(status.fleet(), Style.BOLD));
        page.field("state", Marks.of(status.state()));
        if (status.detail() != null) {
            page.field("", Cell.of(status.detail()));
        }
        page.field("revision", Page.id(status.revision()));
        page.field("hosts", Cell.of(total(status)));
        new TreeMap<>(status.hosts()).forEach((state, count) -> {
            if (count > 0) {
                page.field("", Cell.of(String.format(Locale.ROOT, "%5d ", count)), Marks.of(state));
            }
        });
        if (status.rollout() != null) {
            page.field("rollout", Cell.of(status.rollout()));
        }
        page.field("server", Cell.of(url + "  " + status.version(), Style.DIM));
    }

    /** The fleet in one line, for the head of the interactive shell. */
    public static void headline(Page page, FleetStatus status) {
        page.line(
                Cell.of(status.fleet(), Style.BOLD),
                new Cell("  ", Style.PLAIN),
                Marks.of(status.state()),
                new Cell("  " + total(status) + " hosts", Style.PLAIN),
                new Cell(
                        status.revision() == null
                                ? ""
                                : "  " + Page.id(status.revision()).text(),
                        Style.DIM));
    }

    private static int total(FleetStatus status) {
        return status.hosts().values().stream().mapToInt(Integer::intValue).sum();
    }

    public static void hosts(Page page, HostPage hosts) {
        var table = new Table()
                .column("HOST")
                .column("TIER")
                .column("STATE")
                .column("RELEASE")
                .spare(3)
                .wide("ADDRESS")
                .spare(2)
                .wide("TAGS")
                .spare(4)
                .column("SEEN")
                .spare(1)
                .wide("DETAIL");
        for (HostView host : hosts.hosts()) {
            table.row(
                    new Cell(host.name(), Style.BOLD),
                    Cell.of(host.tier()),
                    Marks.of(host.state()),
                    Page.id(host.release()),
                    Cell.of(host.address()),
                    Cell.of(String.join(",", host.tags())),
                    page.ago(host.lastSeen()),
                    new Cell(because(host), Style.PLAIN));
        }
        table.print(page);
    }

    private static String because(HostView host) {
        if (host.drifted() > 0 && host.detail() == null) {
            return host.drifted() == 1 ? "1 path drifted" : host.drifted() + " paths drifted";
        }
        return because(host.reason(), host.detail());
    }

    /** Such as {@code unhealthy: GET http://127.0.0.1/ said 500}; empty if there is neither. */
    static String because(@Nullable String reason, @Nullable String detail) {
        if (reason == null) {
            return detail == null ? "" : detail;
        }
        return detail == null ? reason : reason + ": " + detail;
    }

    public static void host(Page page, HostDetail detail) {
        HostView host = detail.host();
        page.field("host", new Cell(host.name(), Style.BOLD));
        page.field("state", Marks.of(host.state()), new Cell(reasonAfter(host), Style.PLAIN));
        page.field("tier", Cell.of(host.tier()));
        page.field("tags", Cell.of(String.join(", ", host.tags())));
        page.field("address", Cell.of(host.address()));
        page.field("auid", Cell.of(host.auid()));
        page.field("release", Cell.of(host.release()));
        page.field("seen", page.ago(host.lastSeen()));
        page.field("agent", Cell.of(detail.agentVersion()));
        page.field("host key", Cell.of(detail.hostKey()));
        if (detail.presentedKey() != null) {
            page.field("", Cell.of("showed another: " + detail.presentedKey(), Style.RED));
        }
        if (detail.facts() != null) {
            facts(page, detail.facts());
        }
        units(page, detail.units());
        files(page, detail.files());
        if (!detail.drift().isEmpty()) {
            page.title("Drift");
            drift(page, detail.drift(), false);
        }
        applies(page, detail.applies());
    }

    private static String reasonAfter(HostView host) {
        String because = because(host);
        return because.isEmpty() ? "" : "  " + because;
    }

    private static void facts(Page page, HostDetail.FactsView facts) {
        page.field("machine", Cell.of(facts.os() + ", " + facts.kernel() + ", " + facts.arch()));
        page.field("", Cell.of(facts.cpus() + " CPUs, " + Page.size(facts.memory()) + " of memory"));
        page.field("addresses", Cell.of(String.join(", ", facts.addresses())));
    }

    private static void units(Page page, List<HostDetail.HeldUnit> units) {
        if (units.isEmpty()) {
            return;
        }
        page.title("Units");
        var table = new Table().column("UNIT").wide("RELOAD").wide("HEALTH").wide("PACKAGES");
        for (HostDetail.HeldUnit unit : units) {
            table.row(
                    Cell.of(unit.name()),
                    Cell.of(unit.reload()),
                    Cell.of(String.join(", ", unit.health())),
                    Cell.of(String.join(" ", unit.packages())));
        }
        table.print(page);
    }

    private static void files(Page page, List<HostDetail.HeldFile> files) {
        if (files.isEmpty()) {
            return;
        }
        page.title("Files");
        var table = new Table()
                .wide("PATH")
                .column("UNIT")
                .column("MODE")
                .column("OWNER")
                .spare(3)
                .number("SIZE")
                .spare(4)
                .wide("FROM")
                .spare(1)
                .column("COMMIT")
                .spare(2)
                .wide("AUTHOR")
                .spare(5);
        for (HostDetail.HeldFile file : files) {
            table.row(
                    Cell.of(file.path()),
                    Cell.of(file.unit()),
                    Cell.of(file.mode()),
                    Cell.of(ownerOf(file.owner(), file.group())),
                    Cell.of(Page.size(file.size())),
                    Cell.of(file.template()),
                    Cell.of(
                            file.commit() == null
                                    ? null
                                    : Page.id(file.commit()).cut(9).text().replace("…", "")),
                    Cell.of(file.author()));
        }
        table.print(page);
    }

    /** Empty where the release leaves both to the agent. */
    static String ownerOf(String owner, String group) {
        return owner.isEmpty() && group.isEmpty() ? "" : owner + ":" + group;
    }

    /** Digests differ in their beginnings already. */
    private static @Nullable String shortened(@Nullable String value) {
        return value != null && DIGEST.matcher(value).matches() ? value.substring(0, 12) : value;
    }

    private static void applies(Page page, List<HostDetail.ApplyView> applies) {
        if (applies.isEmpty()) {
            return;
        }
        page.title("Last applies");
        var table = new Table()
                .number("NUMBER")
                .column("OUTCOME")
                .column("RELEASE")
                .number("ROLLOUT")
                .column("WHEN")
                .wide("DETAIL");
        for (HostDetail.ApplyView apply : applies.subList(0, Math.min(MOST_APPLIES, applies.size()))) {
            table.row(
                    Cell.of(apply.number()),
                    Marks.of(apply.outcome()),
                    Page.id(apply.release()),
                    apply.rollout() == null ? Cell.NONE : Cell.of(apply.rollout()),
                    page.ago(apply.at()),
                    new Cell(because(apply.reason(), apply.detail()), Style.PLAIN));
        }
        table.print(page);
    }

    public static void drift(Page page, List<DriftView> drift) {
        drift(page, drift, true);
    }

    private static void drift(Page page, List<DriftView> drift, boolean withHost) {
        var table = new Table();
        if (withHost) {
            table.column("HOST");
        }
        table.wide("PATH")
                .column("UNIT")
                .spare(2)
                .column("WHAT")
                .wide("EXPECTED")
                .wide("IS")
                .column("SINCE")
                .spare(1);
        for (DriftView path : drift) {
            Cell[] cells = {
                new Cell(path.host(), Style.BOLD),
                Cell.of(path.path()),
                Cell.of(path.unit()),
                Cell.of(path.kind(), Style.YELLOW),
                Cell.of(shortened(path.expected())),
                Cell.of(shortened(path.actual())),
                page.ago(path.since())
            };
            table.row(withHost ? cells : java.util.Arrays.copyOfRange(cells, 1, cells.length));
        }
        table.print(page);
    }
}
