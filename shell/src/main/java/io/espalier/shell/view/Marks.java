package io.espalier.shell.view;

/** The shape and the colour that belong to a state's word; the web pages have the same. */
final class Marks {
    private Marks() {}

    static Cell of(String state) {
        Cell mark = mark(state);
        return new Cell(mark.text() + " " + state, mark.style());
    }

    static Cell mark(String state) {
        return switch (state) {
            case "in-sync", "done", "applied", "settled", "unchanged" -> new Cell("●", Style.GREEN);
            case "pending", "planned", "skipped" -> new Cell("○", Style.BLUE);
            case "applying", "running", "rolling-out", "looking" -> new Cell("◐", Style.CYAN);
            case "waiting", "paused", "approval" -> new Cell("◷", Style.YELLOW);
            case "drifted" -> new Cell("◆", Style.YELLOW);
            case "failed", "rejected", "aborted", "rolled-back", "stalled" -> new Cell("✖", Style.RED);
            case "unreachable" -> new Cell("⊘", Style.MAGENTA);
            case "quarantined" -> new Cell("■", Style.RED);
            case "stale", "superseded" -> new Cell("◌", Style.DIM);
            default -> new Cell("?", Style.DIM);
        };
    }
}
