package io.espalier.metrics.web;

import io.espalier.metrics.query.Query;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** {@code /diff/KEYA/KEYB?a=TIME&b=TIME}: two keys, or one key at two times, the greatest contribution first. */
@SuppressWarnings("OperatorPrecedence")
final class DiffRoutes implements Route {
    private static final int SHOWN = 500;

    private final History history;

    DiffRoutes(History history) {
        this.history = history;
    }

    @Override
    public boolean answer(Exchange exchange) throws IOException {
        if (!exchange.path().startsWith("/diff/")) {
            return false;
        }
        String rest = exchange.path().substring("/diff/".length());
        int slash = rest.indexOf('/');
        Urls urls = Urls.of(exchange);
        Query a = Query.ofUrl(slash < 0 ? rest : rest.substring(0, slash));
        Query b = slash < 0 ? a : Query.ofUrl(rest.substring(slash + 1));
        if (slash < 0 && urls.one("a").isEmpty() && urls.one("b").isEmpty()) {
            throw Urls.bad("/diff/KEYA/KEYB needs two keys, or /diff/KEY?a=-1d two times");
        }
        Map<String, Double> left = history.numbers(a, urls.one("a"));
        Map<String, Double> right = history.numbers(b, urls.one("b"));
        Diff diff = Diff.of(a, left, b, right);
        if (Urls.wantsPage(exchange, urls)) {
            page(exchange, a, b, urls, diff);
        } else {
            TreeWeb.json(exchange, 200, diff.json());
        }
        return true;
    }

    private static void page(Exchange exchange, Query a, Query b, Urls urls, Diff diff) throws IOException {
        boolean isOneKey = a.toString().equals(b.toString());
        String nameA = (isOneKey ? "" : a + " ") + when(urls.one("a"), isOneKey);
        String nameB = (isOneKey ? "" : b + " ") + when(urls.one("b"), isOneKey);
        Page page = Page.of(exchange, "Difference", "");
        page.raw("<h1>").text(isOneKey ? a.toString() : a + " against " + b).raw("</h1>\n");
        page.raw("<form class=\"controls\"><label>").text(isOneKey ? "First at" : a + " at");
        page.raw(" <input name=\"a\" size=\"18\" placeholder=\"now\" value=\"")
                .text(urls.or("a", ""))
                .raw("\"></label> <label>");
        page.text(isOneKey ? "then at" : b + " at");
        page.raw(" <input name=\"b\" size=\"18\" placeholder=\"now\" value=\"").text(urls.or("b", ""));
        page.raw(
                "\"></label> <button>Compare</button> <span class=\"hint\">such as -1d, -2h, 2026-03-01T12:00</span></form>\n");
        page.raw("<p>").text(number(diff.totalA()) + " and " + number(diff.totalB()) + ", a change of ");
        page.raw("<strong>").text(signed(diff.totalB() - diff.totalA())).raw("</strong> over all.</p>\n");
        List<Diff.Pair> pairs = diff.pairs();
        page.raw("<table><thead><tr><th>Key</th><th class=\"n\">")
                .text(nameA.strip())
                .raw("</th><th class=\"n\">");
        page.text(nameB.strip()).raw("</th><th class=\"n\">Change</th><th class=\"n\">Times</th>");
        page.raw("<th>Share of all change</th></tr></thead><tbody>\n");
        for (Diff.Pair pair : pairs.subList(0, Math.min(SHOWN, pairs.size()))) {
            page.raw("<tr><td>")
                    .text(pair.key().isEmpty() ? "(itself)" : pair.key())
                    .raw("</td><td class=\"n\">");
            page.text(number(pair.a()))
                    .raw("</td><td class=\"n\">")
                    .text(number(pair.b()))
                    .raw("</td><td class=\"n\">");
            page.text(signed(pair.change())).raw("</td><td class=\"n\">");
            page.text(pair.a() == 0 ? "" : String.format(Locale.ROOT, "%.2f", pair.b() / pair.a()));
            double share = diff.share(pair);
            page.raw(
                    "</td><td><svg class=\"share\" viewBox=\"0 0 100 8\" preserveAspectRatio=\"none\" aria-hidden=\"true\">");
            page.raw("<rect class=\"" + (pair.change() < 0 ? "less" : "more") + "\" height=\"8\" width=\""
                    + String.format(Locale.ROOT, "%.1f", share * 100) + "\"/></svg> ");
            page.text(String.format(Locale.ROOT, "%.1f %%", share * 100)).raw("</td></tr>\n");
        }
        page.raw("</tbody></table>\n");
        if (pairs.isEmpty()) {
            page.raw("<p class=\"hint\">Neither has a value.</p>\n");
        } else if (pairs.size() > SHOWN) {
            page.raw("<p class=\"hint\">and " + (pairs.size() - SHOWN) + " more with less change</p>\n");
        }
        page.send(exchange, 200);
    }

    private static String when(Optional<String> time, boolean isAlways) {
        return time.isEmpty() ? isAlways ? "now" : "" : "at " + time.get();
    }

    private static String number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? String.format(Locale.ROOT, "%,d", (long) value)
                : String.format(Locale.ROOT, "%,.3f", value);
    }

    private static String signed(double value) {
        return value > 0 ? "+" + number(value) : number(value);
    }
}
