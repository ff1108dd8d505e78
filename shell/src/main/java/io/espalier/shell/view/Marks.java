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
            case "in-sync", "applied", "settled", "done" -> new Cell("●", Style.GREEN);
            case "applying", "running", "rolling-out", "looking" -> new Cell("▶", Style.BLUE);
            case "pending", "planned", "unchanged", "skipped", "superseded" -> new Cell("○", Style.PLAIN);
            case "waiting", "paused", "approval" -> new Cell("‖", Style.YELLOW);
            case "drifted" -> new Cell("◆", Style.MAGENTA);
            case "failed", "rejected", "stalled", "aborted" -> new Cell("✖", Style.RED);
            case "unreachable" -> new Cell("▲", Style.BROWN);
            case "quarantined", "rolled-back" -> new Cell("⬢", Style.YELLOW);
            case "stale" -> new Cell("◌", Style.DIM);
            default -> new Cell("○", Style.DIM);
        };
    }
}
