package io.espalier.metrics.graph;

import io.espalier.metrics.graph.Shape.Anchor;
import io.espalier.metrics.graph.Shape.Area;
import io.espalier.metrics.graph.Shape.Box;
import io.espalier.metrics.graph.Shape.Label;
import io.espalier.metrics.graph.Shape.Path;
import io.espalier.metrics.graph.Shape.Point;
import io.espalier.metrics.graph.Style.Kind;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** Lays a plan out as shapes, back to front. */
public final class Drawing {
    private static final double SMALL = 11;
    private static final double TITLE = 14;
    private static final double ROW = 16;
    /** Steps without a value that a line still crosses: a look that was late is no gap. */
    private static final int LATE = 2;

    private static final Pattern OUTGOING =
            Pattern.compile("(^|[^a-z])(out|tx|sent|send|up|bytes_out|write)([^a-z]|$)");

    private final GraphPlan plan;
    private final GraphPlan.Theme theme;
    private final List<Shape> shapes = new ArrayList<>();
    private double left;
    private double right;
    private double top;
    private double bottom;
    private double low;
    private double high;

    private Drawing(GraphPlan plan) {
        this.plan = plan;
        theme = plan.theme();
    }

    static List<Shape> of(GraphPlan plan) {
        var drawing = new Drawing(plan);
        drawing.draw();
        return drawing.shapes;
    }

    private void draw() {
        shapes.add(new Box(0, 0, plan.width(), plan.height(), theme.paper, 1));
        boolean isTiny = plan.height() < 140 || plan.width() < 260;
        top = isTiny ? 8 : 34;
        if (!isTiny && !plan.title().isEmpty()) {
            String title = Fonts.fit(plan.title(), TITLE, plan.width() - 24.0);
            shapes.add(new Label(12, 22, title, TITLE, Anchor.START, theme.ink, true));
        }
        if (plan.axis() == GraphPlan.XAxis.KEY) {
            bars(isTiny);
            return;
        }
        List<List<Double>> stacked = values();
        scale(stacked);
        int rows = isTiny ? 0 : legendRows();
        bottom = plan.height() - (isTiny ? 8.0 : 26 + rows * ROW + (rows > 0 ? 6 : 0));
        List<Double> ticks = Ticks.values(low, high, (int) Math.max(2, (bottom - top) / 40));
        double widest = ticks.stream()
                .mapToDouble(tick -> Fonts.width(Ticks.value(tick, plan.style().unit()), SMALL))
                .max()
                .orElse(20);
        left = isTiny ? 8 : 20 + widest;
        right = plan.width() - 14.0;
        grid(ticks, isTiny);
        ranges();
        if (plan.lines().isEmpty()) {
            shapes.add(new Label(
                    (left + right) / 2, (top + bottom) / 2, "no data", 13, Anchor.MIDDLE, theme.faint, false));
        }
        switch (plan.kind()) {
            case LINE -> lines(stacked, false);
            case AREA -> lines(stacked, true);
            case STACK -> stack(stacked);
            case BAR -> columns(stacked);
        }
        moments();
        if (!isTiny) {
            legend(plan.height() - rows * ROW);
        }
    }

    // --- Values and scale ---

    /** What is drawn of each series: mirrored for outgoing traffic, else as it is. */
    private List<List<Double>> values() {
        return plan.lines().stream()
                .map(line -> isBelow(line)
                        ? line.values().stream().map(value -> -value).toList()
                        : line.values())
                .toList();
    }

    private boolean isBelow(GraphPlan.Line line) {
        return plan.style() == Style.NET
                && plan.kind() != Kind.STACK
                && OUTGOING.matcher(line.label().toLowerCase(Locale.ROOT)).find();
    }

    private void scale(List<List<Double>> all) {
        low = 0;
        high = plan.style() == Style.CPU ? 100 : 0;
        int n = all.stream().mapToInt(List::size).max().orElse(0);
        for (int i = 0; i < n; i++) {
            double sum = 0;
            for (List<Double> values : all) {
                double value = i < values.size() ? values.get(i) : Double.NaN;
                if (!Double.isNaN(value)) {
                    sum += value;
                    low = Math.min(low, value);
                    high = Math.max(high, plan.kind() == Kind.STACK ? sum : value);
                }
            }
        }
        if (high - low < 1e-12) {
            high = low + 1;
        }
        if (plan.style() != Style.CPU || high > 100) {
            high += (high - Math.max(0, low)) * 0.06;
        }
        if (low < 0) {
            low *= 1.06;
        }
        low = plan.least().orElse(low);
        high = plan.most().filter(most -> most > low).orElse(high);
        if (high <= low) {
            high = low + 1;
        }
    }

    private double y(double value) {
        return bottom - (Math.clamp(value, low, high) - low) / (high - low) * (bottom - top);
    }

    private double x(long seconds) {
        return left + (double) (seconds - plan.from()) / (plan.to() - plan.from()) * (right - left);
    }

    private double x(int i, int n) {
        return n <= 1 ? (left + right) / 2 : left + (right - left) * i / (n - 1.0);
    }

    // --- Axes and marks ---

    private void grid(List<Double> ticks, boolean isTiny) {
        for (double tick : ticks) {
            double y = Math.round(y(tick)) + 0.5;
            shapes.add(line(left, y, right, y, tick == 0 ? theme.faint : theme.grid, 1));
            if (!isTiny) {
                shapes.add(new Label(
                        left - 8,
                        y + 4,
                        Ticks.value(tick, plan.style().unit()),
                        SMALL,
                        Anchor.END,
                        theme.faint,
                        false));
            }
        }
        if (isTiny) {
            return;
        }
        long span = plan.to() - plan.from();
        int wanted = (int) Math.max(2, (right - left) / 90);
        long step = Ticks.step(plan.from(), plan.to(), wanted);
        for (long time : Ticks.times(plan.from(), plan.to(), wanted)) {
            double x = Math.round(x(time)) + 0.5;
            shapes.add(line(x, bottom, x, bottom + 4, theme.faint, 1));
            String text = Ticks.time(time, step, span);
            double half = Fonts.width(text, SMALL) / 2;
            if (x - half >= 2 && x + half <= plan.width() - 2) {
                shapes.add(new Label(x, bottom + 17, text, SMALL, Anchor.MIDDLE, theme.faint, false));
            }
        }
    }

    private static Path line(double x1, double y1, double x2, double y2, String colour, double width) {
        return new Path(List.of(new Point(x1, y1), new Point(x2, y2)), colour, width, false);
    }

    private void ranges() {
        for (GraphPlan.Mark mark : plan.marks()) {
            if (mark.to() > mark.from() && mark.to() > plan.from() && mark.from() < plan.to()) {
                double from = Math.max(left, x(mark.from()));
                double to = Math.min(right, x(mark.to()));
                shapes.add(new Box(from, top, to - from, bottom - top, "#e0a100", 0.16));
                text(mark.text(), from + 3, to - from - 6);
            }
        }
    }

    private void text(String text, double x, double room) {
        String fits = Fonts.fit(text, SMALL, Math.max(room, 0));
        if (!fits.isEmpty()) {
            shapes.add(new Label(x, top + 11, fits, SMALL, Anchor.START, "#b07800", false));
        }
    }

    private void moments() {
        double free = left;
        for (GraphPlan.Mark mark : plan.marks().stream()
                .filter(each -> each.to() <= each.from())
                .filter(each -> each.from() >= plan.from() && each.from() <= plan.to())
                .sorted(Comparator.comparingLong(GraphPlan.Mark::from))
                .toList()) {
            double x = Math.round(x(mark.from())) + 0.5;
            shapes.add(new Path(List.of(new Point(x, top), new Point(x, bottom)), "#d08a00", 1, true));
            if (x >= free) {
                double room = Math.min(160, right - x - 6);
                text(mark.text(), x + 3, room);
                free = x + Math.min(room, Fonts.width(mark.text(), SMALL)) + 10;
            }
        }
    }

    // --- Series ---

    /** Parts of a series without a gap. */
    private List<List<Point>> runs(List<Double> values) {
        var runs = new ArrayList<List<Point>>();
        var run = new ArrayList<Point>();
        int gap = 0;
        for (int i = 0; i < values.size(); i++) {
            if (Double.isNaN(values.get(i))) {
                if (++gap > LATE && !run.isEmpty()) {
                    runs.add(run);
                    run = new ArrayList<>();
                }
            } else {
                gap = 0;
                run.add(new Point(x(i, values.size()), y(values.get(i))));
            }
        }
        if (!run.isEmpty()) {
            runs.add(run);
        }
        return runs;
    }

    private void lines(List<List<Double>> all, boolean isFilled) {
        for (int s = all.size() - 1; s >= 0; s--) {
            String colour = plan.style().colour(s);
            for (List<Point> run : runs(all.get(s))) {
                if (run.size() == 1) {
                    Point only = run.getFirst();
                    shapes.add(new Box(only.x() - 1.5, only.y() - 1.5, 3, 3, colour, 1));
                    continue;
                }
                if (isFilled) {
                    var area = new ArrayList<>(run);
                    area.add(new Point(run.getLast().x(), y(0)));
                    area.add(new Point(run.getFirst().x(), y(0)));
                    shapes.add(new Area(area, colour, 0.3));
                }
                shapes.add(new Path(run, colour, 1.6, plan.lines().get(s).isDashed()));
            }
        }
    }

    private void stack(List<List<Double>> all) {
        int n = all.stream().mapToInt(List::size).max().orElse(0);
        double[] base = new double[n];
        for (int s = 0; s < all.size(); s++) {
            var area = new ArrayList<Point>();
            var back = new ArrayList<Point>();
            for (int i = 0; i < n; i++) {
                double value = i < all.get(s).size() ? all.get(s).get(i) : Double.NaN;
                back.addFirst(new Point(x(i, n), y(base[i])));
                base[i] += Double.isNaN(value) ? 0 : value;
                area.add(new Point(x(i, n), y(base[i])));
            }
            area.addAll(back);
            shapes.add(new Area(area, plan.style().colour(s), 0.85));
        }
    }

    private void columns(List<List<Double>> all) {
        int n = all.stream().mapToInt(List::size).max().orElse(1);
        double slot = (right - left) / n;
        double width = Math.max(0.5, slot * 0.8 / all.size());
        for (int s = 0; s < all.size(); s++) {
            for (int i = 0; i < all.get(s).size(); i++) {
                double value = all.get(s).get(i);
                if (!Double.isNaN(value)) {
                    double y = Math.min(y(value), y(0));
                    double height = Math.max(0.5, Math.abs(y(value) - y(0)));
                    double x = left + slot * i + slot * 0.1 + width * s;
                    shapes.add(new Box(x, y, width, height, plan.style().colour(s), 1));
                }
            }
        }
    }

    /** A row for each series, the greatest first. */
    private void bars(boolean isTiny) {
        List<GraphPlan.Line> sorted = plan.lines().stream()
                .filter(line -> !Double.isNaN(line.newest()))
                .sorted(Comparator.comparingDouble((GraphPlan.Line line) -> -Math.abs(line.newest()))
                        .thenComparing(GraphPlan.Line::label))
                .toList();
        bottom = plan.height() - 8.0;
        int shown = (int) Math.min(sorted.size(), Math.max(1, (bottom - top) / 18));
        if (sorted.isEmpty()) {
            shapes.add(new Label(
                    plan.width() / 2.0, (top + bottom) / 2, "no data", 13, Anchor.MIDDLE, theme.faint, false));
            return;
        }
        double names = isTiny ? 0 : Math.min(plan.width() * 0.4, 260);
        double most = Math.abs(sorted.getFirst().newest());
        double numbers = 70;
        double row = Math.min(28, (bottom - top) / shown);
        for (int i = 0; i < shown; i++) {
            GraphPlan.Line line = sorted.get(i);
            double y = top + row * i;
            double room = plan.width() - names - numbers - 34;
            double length = most == 0 ? 0 : Math.max(1, Math.abs(line.newest()) / most * room);
            String label = Fonts.fit(line.label(), SMALL, names);
            shapes.add(new Label(12 + names, y + row / 2 + 4, label, SMALL, Anchor.END, theme.ink, false));
            shapes.add(new Box(20 + names, y + 2, length, row - 4, plan.style().colour(i), 1));
            String number = Ticks.value(line.newest(), plan.style().unit());
            shapes.add(
                    new Label(26 + names + length, y + row / 2 + 4, number, SMALL, Anchor.START, theme.faint, false));
        }
    }

    // --- Legend ---

    private int perRow() {
        return Math.max(1, (plan.width() - 24) / 220);
    }

    private int legendRows() {
        int wanted = (plan.lines().size() + perRow() - 1) / perRow();
        return Math.min(wanted, (int) Math.max(1, plan.height() / 3.0 / ROW));
    }

    private void legend(double from) {
        int per = perRow();
        int room = legendRows() * per;
        double width = (plan.width() - 24.0) / per;
        int shown = plan.lines().size() > room ? room - 1 : plan.lines().size();
        for (int i = 0; i < shown; i++) {
            GraphPlan.Line line = plan.lines().get(i);
            double x = 12 + width * (i % per);
            int row = i / per;
            double y = from + ROW * row + 8;
            shapes.add(new Box(x, y - 8, 9, 9, plan.style().colour(i), 1));
            String value = Double.isNaN(line.newest())
                    ? ""
                    : Ticks.value(line.newest(), plan.style().unit());
            double numbers = Fonts.width(value, SMALL) + 12;
            shapes.add(new Label(
                    x + 14,
                    y,
                    Fonts.fit(line.label(), SMALL, width - 20 - numbers),
                    SMALL,
                    Anchor.START,
                    theme.ink,
                    false));
            shapes.add(new Label(x + width - 8, y, value, SMALL, Anchor.END, theme.faint, false));
        }
        if (shown < plan.lines().size()) {
            double x = 12 + width * (shown % per);
            int row = shown / per;
            String more = "and " + (plan.lines().size() - shown) + " more";
            shapes.add(new Label(x + 14, from + ROW * row + 8, more, SMALL, Anchor.START, theme.faint, false));
        }
    }
}
