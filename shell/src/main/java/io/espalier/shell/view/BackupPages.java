package io.espalier.shell.view;

import io.espalier.protocol.api.BackupHostView;
import io.espalier.protocol.api.BackupSnapshotView;
import io.espalier.protocol.api.BackupTaskView;
import java.util.List;
import java.util.Locale;

/** Backups, and what is done about them. */
public final class BackupPages {
    private BackupPages() {}

    public static void hosts(Page page, List<BackupHostView> hosts) {
        var table = new Table()
                .column("HOST")
                .column("KIND")
                .column("STATE")
                .column("LAST GOOD")
                .number("SIZE")
                .spare(2)
                .number("BACKUPS")
                .spare(3)
                .wide("ERROR");
        for (BackupHostView host : hosts) {
            for (BackupHostView.Kind kind : host.kinds()) {
                table.row(
                        new Cell(host.host(), Style.BOLD),
                        Cell.of(kind.kind()),
                        Marks.of(
                                kind.state().equals("ok")
                                        ? "done"
                                        : kind.state().equals("fail") ? "failed" : kind.state()),
                        page.ago(kind.lastGood()),
                        Cell.of(Page.size(kind.bytes())),
                        Cell.of(String.valueOf(kind.snapshots())),
                        kind.error() == null ? Cell.NONE : Cell.of(kind.error()));
            }
        }
        table.print(page);
        for (BackupHostView host : hosts) {
            page.line(Cell.of(
                    host.host() + ": " + Page.size(host.contentBytes()) + " of content in "
                            + Page.size(host.storedBytes()) + ", 1 : "
                            + String.format(Locale.ROOT, "%.1f", host.ratio()),
                    Style.DIM));
        }
    }

    public static void snapshots(Page page, List<BackupSnapshotView> snapshots) {
        var table = new Table()
                .column("ID")
                .column("HOST")
                .column("KIND")
                .column("MADE")
                .number("ENTRIES")
                .spare(2)
                .number("SIZE")
                .number("ADDED")
                .spare(1)
                .wide("STATE");
        for (BackupSnapshotView snapshot : snapshots) {
            boolean isGood = snapshot.state().equals("ok");
            table.row(
                    new Cell(
                            snapshot.id().substring(0, Math.min(8, snapshot.id().length())), Style.BOLD),
                    Cell.of(snapshot.host()),
                    Cell.of(snapshot.kind()),
                    page.ago(snapshot.finishedAt()),
                    Cell.of(String.valueOf(snapshot.entries())),
                    Cell.of(Page.size(snapshot.bytes())),
                    Cell.of(Page.size(snapshot.added())),
                    Cell.of(
                            isGood ? "ok" : snapshot.state() + " " + snapshot.detail(),
                            isGood ? Style.PLAIN : Style.RED));
        }
        table.print(page);
    }

    /** A line for what is under way. */
    public static void progress(Page page, BackupTaskView task) {
        page.line(Cell.of(
                task.host() + ": " + task.entries() + " entries, " + Page.size(task.bytes()) + "  " + task.what(),
                Style.DIM));
    }

    /** How one ended. */
    public static void task(Page page, BackupTaskView task) {
        boolean failed = task.state().equals("failed");
        String did = switch (task.action()) {
            case "run" -> "backed up";
            case "restore" -> "restored";
            case "check" -> "checked";
            case "prune" -> "pruned";
            default -> "drilled";
        };
        String snapshot = task.snapshot() == null
                ? ""
                : " snapshot "
                        + task.snapshot()
                                .substring(0, Math.min(8, task.snapshot().length()));
        String amount = task.action().equals("prune")
                ? ""
                : ", " + task.entries() + (task.entries() == 1 ? " entry, " : " entries, ") + Page.size(task.bytes())
                        + (task.action().equals("run") ? ", added " + Page.size(task.added()) : "");
        String kind = task.kind().isEmpty() ? "" : " " + task.kind();
        page.line(
                Marks.mark(failed ? "failed" : "done"),
                new Cell(" " + task.host(), Style.BOLD),
                new Cell(
                        failed
                                ? kind + " not " + did + ": " + FleetPages.because(task.reason(), task.detail())
                                : kind + " " + did + snapshot + amount,
                        Style.PLAIN));
        for (String note : task.notes()) {
            page.line(Cell.of("  " + note, Style.DIM));
        }
    }
}
