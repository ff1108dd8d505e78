package io.espalier.metrics.web;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** HTML, written in order; every text is escaped. */
final class Page {
    private static final String[][] PLACES = {
        {"/realtime/", "Tree"}, {"/trend/view/", "Trend"}, {"/setting/view", "Views"}, {"/limits", "Limits"}
    };

    private final StringBuilder out = new StringBuilder();
    private final Surroundings surroundings;

    private Page(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    /** @param place the path of the entry of the menu that this page belongs to */
    static Page of(Exchange exchange, String title, String place) {
        var page = new Page(exchange.surroundings());
        page.raw("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
        page.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>");
        page.text(title).raw("</title>\n<link rel=\"stylesheet\" href=\"/static/tree.css\">\n");
        page.raw("<link rel=\"stylesheet\" href=\"/static/pages.css\">\n</head>\n<body class=\"wide\">\n");
        page.raw("<a class=\"skip\" href=\"#main\">Skip to content</a>\n").raw(around(page.surroundings));
        page.raw("<nav class=\"menu\" aria-label=\"Pages\">");
        for (String[] entry : PLACES) {
            page.raw("<a href=\"" + entry[0] + "\"" + (entry[0].equals(place) ? " aria-current=\"page\"" : "") + ">");
            page.text(entry[1]).raw("</a> ");
        }
        return page.raw("</nav>\n<main id=\"main\">\n");
    }

    /** The way to the other parts of what the tree is a part of; nothing where it is alone. */
    static String around(Surroundings surroundings) {
        if (surroundings.links().isEmpty()) {
            return "";
        }
        var page = new Page(surroundings);
        page.raw("<nav class=\"menu around\" aria-label=\"Main\">");
        for (Surroundings.Link link : surroundings.links()) {
            page.raw("<a href=\"").text(link.path()).raw(link.isHere() ? "\" aria-current=\"true\">" : "\">");
            page.text(link.label()).raw("</a> ");
        }
        return page.raw("</nav>\n").out.toString();
    }

    /** The beginning of a form that changes something. */
    Page form(String path, String cssClass) {
        raw("<form method=\"post\" action=\"" + path + "\"" + (cssClass.isEmpty() ? "" : " class=\"" + cssClass + "\"")
                + ">");
        surroundings
                .hidden()
                .get()
                .forEach((name, value) -> raw("<input type=\"hidden\" name=\"")
                        .text(name)
                        .raw("\" value=\"")
                        .text(value)
                        .raw("\">"));
        return this;
    }

    Page raw(String html) {
        out.append(html);
        return this;
    }

    /** Also for attributes in double quotes. */
    Page text(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '"' -> out.append("&quot;");
                case '\'' -> out.append("&#39;");
                default -> out.append(c);
            }
        }
        return this;
    }

    /** A choice, the one that holds selected. */
    Page select(String id, String label, String held, String[]... options) {
        raw("<label>").text(label).raw(" <select name=\"" + id + "\" id=\"" + id + "\">");
        for (String[] option : options) {
            raw("<option value=\"").text(option[0]).raw("\"" + (option[0].equals(held) ? " selected" : "") + ">");
            text(option[1]).raw("</option>");
        }
        return raw("</select></label> ");
    }

    void send(Exchange exchange, int status, String... scripts) throws IOException {
        raw("</main>\n");
        for (String script : scripts) {
            raw("<script src=\"/static/" + script + "\" defer></script>\n");
        }
        raw("</body>\n</html>\n");
        exchange.set(
                "Content-Security-Policy",
                "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'");
        exchange.set("Referrer-Policy", "same-origin");
        TreeWeb.send(
                exchange, status, "text/html; charset=utf-8", out.toString().getBytes(StandardCharsets.UTF_8));
    }

    /** A file beside this class that a page needs. */
    static boolean file(Exchange exchange, String name) throws IOException {
        String type = switch (name) {
            case "pages.css" -> "text/css; charset=utf-8";
            case "chart.js", "pages.js" -> "text/javascript; charset=utf-8";
            default -> "";
        };
        if (type.isEmpty()) {
            return false;
        }
        try (InputStream in = Page.class.getResourceAsStream("/io/espalier/metrics/web/" + name)) {
            if (in == null) {
                throw new IOException("the build lacks " + name);
            }
            TreeWeb.send(exchange, 200, type, in.readAllBytes());
        }
        return true;
    }
}
