package io.espalier.shell.view;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Rows in columns that are as wide as they must be, and together no wider than the page, so that every row stays one
 * line. Where the page is too narrow, first those columns go that matter least, then the widest text is cut. A page
 * without a width, and JSON, have everything.
 */
final class Table {
    private static final int GAP = 2;
    private static final int LEAST = 6;
    /** A text that is cut to less says little. */
    private static final int READABLE = 24;

    /** @param spare 0 to stay; else the highest goes first */
    private record Column(String title, boolean right, boolean wide, int spare) {}

    private final List<Column> columns = new ArrayList<>();
    private final List<List<Cell>> rows = new ArrayList<>();

    Table column(String title) {
        columns.add(new Column(title, false, false, 0));
        return this;
    }

    Table number(String title) {
        columns.add(new Column(title, true, false, 0));
        return this;
    }

    /** A column whose text may be cut. */
    Table wide(String title) {
        columns.add(new Column(title, false, true, 0));
        return this;
    }

    /** The column just named may be left out; the one with the highest rank goes first. */
    Table spare(int rank) {
        var last = columns.removeLast();
        columns.add(new Column(last.title(), last.right(), last.wide(), rank));
        return this;
    }

    Table row(Cell... cells) {
        if (cells.length != columns.size()) {
            throw new IllegalArgumentException("row: " + cells.length + " cells (expected: " + columns.size() + ")");
        }
        rows.add(List.of(cells));
        return this;
    }

    void print(Page page) {
        int[] widths = naturalWidths();
        List<Integer> shown = IntStream.range(0, columns.size()).boxed().toList();
        if (page.width() > 0) {
            shown = leaveOut(shown, widths, page.width());
            shrink(shown, widths, page.width(), true);
            shrink(shown, widths, page.width(), false);
        }
        var titles = columns.stream()
                .map(column -> new Cell(column.title(), Style.DIM))
                .toList();
        print(page, titles, shown, widths);
        for (List<Cell> row : rows) {
            print(page, row, shown, widths);
        }
    }

    private int[] naturalWidths() {
        int[] widths = new int[columns.size()];
        for (int i = 0; i < widths.length; i++) {
            widths[i] = Cell.width(columns.get(i).title());
            for (List<Cell> row : rows) {
                widths[i] = Math.max(widths[i], row.get(i).width());
            }
        }
        return widths;
    }

    private List<Integer> leaveOut(List<Integer> all, int[] widths, int most) {
        var shown = new ArrayList<>(all);
        while (readableWidth(shown, widths) > most) {
            int goes = -1;
            for (int i : shown) {
                int rank = columns.get(i).spare();
                if (rank > 0 && (goes < 0 || rank > columns.get(goes).spare())) {
                    goes = i;
                }
            }
            if (goes < 0) {
                return shown;
            }
            int least = goes;
            shown.removeIf(i -> i == least);
        }
        return shown;
    }

    private int readableWidth(List<Integer> shown, int[] widths) {
        int total = GAP * (shown.size() - 1);
        for (int i : shown) {
            total += columns.get(i).wide() ? Math.min(READABLE, widths[i]) : widths[i];
        }
        return total;
    }

    private void shrink(List<Integer> shown, int[] widths, int most, boolean onlyWide) {
        int total = GAP * (shown.size() - 1);
        for (int i : shown) {
            total += widths[i];
        }
        while (total > most) {
            int widest = -1;
            for (int i : shown) {
                boolean may = (columns.get(i).wide() || !onlyWide) && widths[i] > LEAST;
                if (may && (widest < 0 || widths[i] > widths[widest])) {
                    widest = i;
                }
            }
            if (widest < 0) {
                return;
            }
            widths[widest]--;
            total--;
        }
    }

    private void print(Page page, List<Cell> cells, List<Integer> shown, int[] widths) {
        for (int i : shown) {
            Cell cell = cells.get(i).cut(widths[i]);
            int room = widths[i] - cell.width();
            if (columns.get(i).right()) {
                page.blanks(room);
            }
            page.append(cell);
            page.blanks((columns.get(i).right() ? 0 : room) + GAP);
        }
        page.end();
    }
}
