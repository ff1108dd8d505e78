package io.espalier.metrics.web;

import io.espalier.metrics.json.JsonText;
import io.espalier.metrics.tree.KeyHash;
import io.espalier.metrics.tree.Markers.Marker;
import io.espalier.metrics.tree.MetricTree;
import io.espalier.metrics.tree.Subtree;
import io.espalier.metrics.tree.View;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * How close a tree is to its bounds, and what did not find its way into it: JSON, and a page for browsers.
 *
 * @param subtrees fastest growing first
 * @param notes    what the tree says about itself, those with the newest sample first
 */
record Limits(long leaves, long nodes, List<Subtree> subtrees, List<Note> notes) {
    private static final int SUBTREES = 100;
    private static final int NOTES = 1000;
    private static final int SAMPLES = 5;

    /**
     * A leaf of the tree's own.
     *
     * @param key     below {@code ~tree}, such as {@code drops,bad-json}
     * @param samples what caused it, newest first
     */
    record Note(String key, double count, List<Marker> samples) {
        private long newest() {
            return samples.isEmpty() ? 0 : samples.getFirst().millis();
        }

        /** Whether something got lost or ended where it was not sent. */
        boolean isLoss() {
            return key.startsWith("drops,") || key.startsWith("folds,") || key.startsWith("relay,lost-");
        }
    }

    static Limits of(MetricTree tree) {
        byte[] self = MetricTree.SELF.getBytes(StandardCharsets.UTF_8);
        var notes = new ArrayList<Note>();
        tree.peek(tree.shardOf(KeyHash.of(self)), view -> {
            int top = view.child(0, self);
            if (top != View.NONE) {
                collect(view, top, "", notes);
            }
            return top;
        });
        notes.sort(Comparator.comparingLong(Note::newest).reversed().thenComparing(Note::key));
        return new Limits(tree.leaves(), tree.nodes(), tree.subtrees(SUBTREES), List.copyOf(notes));
    }

    private static void collect(View view, int parent, String above, List<Note> notes) {
        for (int node = view.first(parent); node != View.NONE && notes.size() < NOTES; node = view.next(node)) {
            String key = above + view.text(node);
            if (view.hasValue(node)) {
                List<Marker> samples =
                        view.markers(node).map(markers -> markers.list()).orElse(List.of());
                notes.add(new Note(key, view.number(node), samples.subList(0, Math.min(SAMPLES, samples.size()))));
            }
            collect(view, node, key + ",", notes);
        }
    }

    void send(Exchange exchange) throws IOException {
        exchange.set("Vary", "Accept");
        if (exchange.header("Accept").orElse("").contains("text/html")) {
            page(exchange);
        } else {
            TreeWeb.json(exchange, 200, toJson());
        }
    }

    private String toJson() {
        var json = new JsonText().open('{');
        json.name("leaves").number(leaves).name("nodes").number(nodes);
        json.name("subtrees").open('[');
        for (Subtree subtree : subtrees) {
            json.open('{').name("key").text(subtree.key()).name("grown").number(subtree.grown());
            json.name("leaves").number((long) subtree.leaves()).name("quota").number((long) subtree.quota());
            json.close('}');
        }
        json.close(']').name("notes").open('[');
        for (Note note : notes) {
            json.open('{').name("key").text(note.key).name("count").number(note.count);
            json.name("samples").open('[');
            for (Marker sample : note.samples) {
                json.open('{')
                        .name("millis")
                        .number(sample.millis())
                        .name("text")
                        .text(sample.text());
                json.close('}');
            }
            json.close(']').close('}');
        }
        return json.close(']').close('}').toString();
    }

    private void page(Exchange exchange) throws IOException {
        Page page = Page.of(exchange, "Limits", "/limits");
        page.raw("<h1>Limits</h1>\n<p>");
        page.text(String.format(Locale.ROOT, "%,d leaves, %,d nodes.", leaves, nodes))
                .raw("</p>\n");
        page.raw("<h2 id=\"growth\">Fastest growing</h2>\n");
        page.raw("<table aria-labelledby=\"growth\"><thead><tr><th>Key</th><th>New in a minute</th><th>Leaves</th>");
        page.raw("<th>Of its quota</th></tr></thead><tbody>\n");
        for (Subtree subtree : subtrees) {
            page.raw("<tr><td>").text(subtree.key()).raw("</td><td class=\"n\">");
            page.text(String.format(Locale.ROOT, "%,d", subtree.grown())).raw("</td><td class=\"n\">");
            page.text(String.format(Locale.ROOT, "%,d", subtree.leaves())).raw("</td><td class=\"n\">");
            page.text(String.format(Locale.ROOT, "%.1f %%", 100.0 * subtree.leaves() / subtree.quota()));
            page.raw("</td></tr>\n");
        }
        page.raw("</tbody></table>\n");
        table(
                page,
                "losses",
                "Dropped and folded",
                notes.stream().filter(Note::isLoss).toList());
        table(
                page,
                "others",
                "Everything else it counts",
                notes.stream().filter(note -> !note.isLoss()).toList());
        page.send(exchange, 200);
    }

    private static void table(Page page, String id, String title, List<Note> notes) {
        page.raw("<h2 id=\"" + id + "\">").text(title).raw("</h2>\n");
        if (notes.isEmpty()) {
            page.raw("<p class=\"hint\">Nothing so far.</p>\n");
            return;
        }
        page.raw("<table aria-labelledby=\"" + id + "\"><thead><tr><th>What</th><th>How often</th><th>Last</th>");
        page.raw("<th>Sample</th></tr></thead><tbody>\n");
        for (Note note : notes) {
            page.raw("<tr><td>").text(note.key).raw("</td><td class=\"n\">");
            page.text(
                    note.count == Math.rint(note.count)
                            ? String.format(Locale.ROOT, "%,.0f", note.count)
                            : String.format(Locale.ROOT, "%,.3f", note.count));
            page.raw("</td><td>")
                    .text(note.samples.isEmpty() ? "" : time(note.newest()))
                    .raw("</td><td>");
            page.text(note.samples.isEmpty() ? "" : note.samples.getFirst().text())
                    .raw("</td></tr>\n");
        }
        page.raw("</tbody></table>\n");
    }

    private static String time(long millis) {
        return Instant.ofEpochMilli(millis).truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
