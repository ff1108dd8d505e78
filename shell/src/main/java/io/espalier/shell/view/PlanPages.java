package io.espalier.shell.view;

import io.espalier.protocol.api.PlanView;
import java.util.List;

/** A plan: hosts with the same change together, each change with its diff. */
public final class PlanPages {
    private PlanPages() {}

    public static void plan(Page page, PlanView plan) {
        int changing =
                plan.groups().stream().mapToInt(group -> group.hosts().size()).sum();
        page.line(
                new Cell("Plan for revision ", Style.PLAIN),
                Page.id(plan.revision()),
                new Cell(
                        ": " + (changing == 0 ? "nothing" : hosts(changing)) + " would change, "
                                + plan.inSync() + " in sync"
                                + (plan.unreachable().isEmpty()
                                        ? ""
                                        : ", " + plan.unreachable().size() + " unreachable"),
                        Style.PLAIN));
        if (plan.reason() != null) {
            page.line(new Cell("Held for a person: " + plan.reason(), Style.YELLOW));
        }
        plan.groups().forEach(group -> group(page, group));
        if (!plan.unreachable().isEmpty()) {
            page.title("Unreachable, caught up when they return");
            var table = new Table().column("HOST").column("REASON").wide("DETAIL");
            for (PlanView.Unreachable host : plan.unreachable()) {
                table.row(Cell.of(host.host()), Cell.of(host.reason(), Style.MAGENTA), Cell.of(host.detail()));
            }
            table.print(page);
        }
        if (!plan.problems().isEmpty()) {
            page.title("Problems");
            SourcePages.problems(page, plan.problems(), "");
        }
        page.blank();
        page.field("plan", Cell.of(plan.digest(), Style.DIM));
    }

    private static String hosts(int count) {
        return count == 1 ? "1 host" : count + " hosts";
    }

    private static void group(Page page, PlanView.Group group) {
        page.blank();
        page.line(
                new Cell(hosts(group.hosts().size()) + ": ", Style.BOLD), Cell.of(named(group.hosts(), page.width())));
        for (PlanView.Change change : group.changes()) {
            page.line(
                    new Cell("  " + sign(change.action()) + " " + change.action() + " " + change.path(), style(change)),
                    new Cell("  unit " + change.unit(), Style.DIM));
            if (change.diff() != null) {
                diff(page, change.diff());
            }
            if (change.note() != null) {
                page.line(Cell.of("      (" + change.note() + ")", Style.DIM));
            }
        }
        for (String reload : group.reloads()) {
            page.line(new Cell("  then reload " + reload, Style.CYAN));
        }
    }

    /** As many names as fit in a line or so, then how many more. */
    private static String named(List<String> hosts, int width) {
        int room = width > 0 ? Math.max(20, width - 24) : 160;
        var text = new StringBuilder();
        for (int i = 0; i < hosts.size(); i++) {
            String name = hosts.get(i);
            if (!text.isEmpty() && text.length() + name.length() + 2 > room) {
                return text.append(", and ")
                        .append(hosts.size() - i)
                        .append(" more")
                        .toString();
            }
            text.append(text.isEmpty() ? "" : ", ").append(name);
        }
        return text.toString();
    }

    private static String sign(String action) {
        return switch (action) {
            case "create" -> "+";
            case "remove" -> "-";
            default -> "~";
        };
    }

    private static Style style(PlanView.Change change) {
        return switch (change.action()) {
            case "create" -> Style.GREEN;
            case "remove" -> Style.RED;
            default -> Style.YELLOW;
        };
    }

    /** A unified diff without its file header, for the path stands above it. */
    static void diff(Page page, String diff) {
        boolean inHunk = false;
        for (String line : diff.stripTrailing().split("\n", -1)) {
            if (!inHunk && (line.startsWith("--- ") || line.startsWith("+++ "))) {
                continue;
            }
            inHunk |= line.startsWith("@@");
            page.line(new Cell("      " + line.replace("\t", "        "), styleOf(line)));
        }
    }

    private static Style styleOf(String line) {
        if (line.startsWith("+")) {
            return Style.GREEN;
        } else if (line.startsWith("-")) {
            return Style.RED;
        }
        return line.startsWith("@@") ? Style.CYAN : Style.PLAIN;
    }
}
