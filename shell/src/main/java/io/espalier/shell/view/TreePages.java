package io.espalier.shell.view;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Leaves of the metrics tree. */
public final class TreePages {
    private TreePages() {}

    /** @param leaves key and value of each */
    public static void leaves(Page page, List<Map<String, Object>> leaves) {
        if (leaves.isEmpty()) {
            return;
        }
        var table = new Table().column("KEY").wide("VALUE");
        leaves.forEach(leaf ->
                leaf.forEach((key, value) -> table.row(new Cell(key, Style.BOLD), Cell.of(text(value)))));
        table.print(page);
    }

    /** A change on a line of its own. */
    public static String line(String key, @Nullable Object value) {
        return Page.oneLine(key + "  " + text(value));
    }

    /** @param bad each rejected line: its number, why, and its text */
    public static void pushed(Page page, long merged, long rejected, List<Map<String, Object>> bad) {
        page.line(merged + " merged, " + rejected + " rejected");
        for (Map<String, Object> line : bad) {
            page.line(
                    new Cell("line " + line.get("line") + ": ", Style.YELLOW),
                    Cell.of(line.get("reason") + ": " + line.get("text")));
        }
    }

    private static String text(@Nullable Object value) {
        return switch (value) {
            case null -> "";
            case Double number
            when number == Math.rint(number) && Math.abs(number) < 1e15 -> Long.toString(number.longValue());
            case Double number -> BigDecimal.valueOf(number).toPlainString();
            default -> value.toString();
        };
    }
}
