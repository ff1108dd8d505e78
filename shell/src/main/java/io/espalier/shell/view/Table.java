package io.espalier.shell.view;

import java.util.ArrayList;
import java.util.List;

/**
 * Rows in columns that are as wide as they must be, and together no wider than the page: then the widest of those that
 * may shrink lose first, so that every row stays one line.
 */
final class Table {
    private static final int GAP = 2;
    private static final int LEAST = 6;

    private record Column(String title, boolean right, boolean shrinks) {}

    private final List<Column> columns = new ArrayList<>();
    private final List<List<Cell>> rows = new ArrayList<>();

    Table column(String title) {
        columns.add(new Column(title, false, false));
        return this;
    }

    Table number(String title) {
        columns.add(new Column(title, true, false));
        return this;
    }

    /** A column whose text may be cut. */
    Table wide(String title) {
        columns.add(new Column(title, false, true));
        return this;
    }

    Table row(Cell... cells) {
        if (cells.length != columns.size()) {
            throw new IllegalArgumentException("row: " + cells.length + " cells (expected: " + columns.size() + ")");
        }
        rows.add(List.of(cells));
        return this;
    }

    boolean isEmpty() {
        return rows.isEmpty();
    }

    void print(Page page) {
        int[] widths = widths(page.width());
        var titles = columns.stream()
                .map(column -> new Cell(column.title(), Style.DIM))
                .toList();
        print(page, titles, widths);
        rows.forEach(row -> print(page, row, widths));
    }

    private int[] widths(int most) {
        int[] widths = new int[columns.size()];
        for (int i = 0; i < widths.length; i++) {
            widths[i] = Cell.width(columns.get(i).title());
            for (List<Cell> row : rows) {
                widths[i] = Math.max(widths[i], row.get(i).width());
            }
        }
        if (most > 0) {
            shrink(widths, most, true);
            shrink(widths, most, false);
        }
        return widths;
    }

    private void shrink(int[] widths, int most, boolean onlyWide) {
        int total = GAP * (widths.length - 1);
        for (int width : widths) {
            total += width;
        }
        while (total > most) {
            int widest = -1;
            for (int i = 0; i < widths.length; i++) {
                boolean may = (columns.get(i).shrinks() || !onlyWide) && widths[i] > LEAST;
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

    private void print(Page page, List<Cell> cells, int[] widths) {
        for (int i = 0; i < widths.length; i++) {
            Cell cell = cells.get(i).cut(widths[i]);
            int room = widths[i] - cell.width();
            if (columns.get(i).right()) {
                page.blanks(room);
            }
            page.append(cell);
            if (i + 1 < widths.length) {
                page.blanks((columns.get(i).right() ? 0 : room) + GAP);
            }
        }
        page.end();
    }
}
