package io.espalier.shell.view;

import io.espalier.protocol.api.ExplainView;
import io.espalier.protocol.api.PathChangeView;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Why a file on a host is as it is, and how it became so. */
public final class ExplainPages {
    private static final int COMMIT = 8;

    private ExplainPages() {}

    /** Each line of the file, and below it what it was made of. */
    public static void explain(Page page, ExplainView file) {
        page.field("host", new Cell(file.host(), Style.BOLD));
        page.field("path", Cell.of(file.path()));
        page.field("unit", Cell.of(file.unit()));
        page.field("from", Cell.of(file.origin()));
        page.field("revision", Page.id(file.revision()));
        page.field("release", Page.id(file.release()));
        if (file.note() != null) {
            page.field("note", Cell.of(file.note(), Style.YELLOW));
        }
        page.blank();
        for (ExplainView.Line line : file.lines()) {
            page.line(
                    new Cell(String.format(java.util.Locale.ROOT, "%4d  ", line.number()), Style.DIM),
                    new Cell(line.text().replace("\t", "        "), Style.BOLD));
            for (ExplainView.From from : line.from()) {
                page.line(new Cell(
                        "        " + from.file() + ":" + from.line() + by(from.commit(), from.author()), Style.DIM));
            }
            for (ExplainView.Variable variable : line.variables()) {
                String where = variable.file() == null
                        ? variable.note() == null ? "" : "  " + variable.note()
                        : "  " + variable.file() + ":" + variable.line();
                page.line(
                        new Cell("        " + variable.name() + " = " + variable.value(), Style.CYAN),
                        new Cell(where + by(variable.commit(), variable.author()), Style.DIM));
            }
        }
    }

    private static String by(@Nullable String commit, @Nullable String author) {
        if (commit == null) {
            return "";
        }
        String name = author == null ? "" : " " + author.replaceFirst(" <.*", "");
        return "  " + commit.substring(0, Math.min(COMMIT, commit.length())) + name;
    }

    /** Each release that changed the path, the newest first, with its diff. */
    public static void history(Page page, List<PathChangeView> changes) {
        for (PathChangeView change : changes) {
            page.line(
                    new Cell(change.action(), Style.YELLOW),
                    new Cell(
                            " by rollout " + change.rollout() + " (" + change.kind() + ", manifest " + change.number()
                                    + ") ",
                            Style.PLAIN),
                    page.ago(change.at()));
            if (change.revision() != null) {
                page.line(new Cell(
                        "  "
                                + change.revision()
                                        .substring(
                                                0,
                                                Math.min(
                                                        COMMIT,
                                                        change.revision().length()))
                                + (change.author() == null
                                        ? ""
                                        : " " + change.author().replaceFirst(" <.*", ""))
                                + (change.subject() == null ? "" : ": " + change.subject()),
                        Style.BOLD));
            }
            if (change.diff() != null) {
                PlanPages.diff(page, change.diff());
            }
            if (change.note() != null) {
                page.line(Cell.of("      " + change.note(), Style.DIM));
            }
            page.blank();
        }
    }
}
