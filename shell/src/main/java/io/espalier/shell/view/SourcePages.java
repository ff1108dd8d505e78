package io.espalier.shell.view;

import io.espalier.protocol.api.ProblemView;
import io.espalier.protocol.api.RenderedFileView;
import io.espalier.protocol.api.SourceView;
import java.util.List;

/** Sources, what is wrong with a revision, and what a host would get from one. */
public final class SourcePages {
    private SourcePages() {}

    public static void sources(Page page, List<SourceView> sources) {
        var table = new Table()
                .column("SOURCE")
                .column("KIND")
                .column("STATE")
                .column("REVISION")
                .column("LOOKED")
                .spare(2)
                .wide("SUBJECT")
                .spare(3)
                .wide("URL")
                .spare(1);
        for (SourceView source : sources) {
            table.row(
                    new Cell(source.name(), Style.BOLD),
                    Cell.of(source.kind()),
                    Marks.of(source.state()),
                    Page.id(source.revision()),
                    page.ago(source.lastLook()),
                    Cell.of(source.subject()),
                    Cell.of(source.cloneUrl() != null ? source.cloneUrl() : source.url()));
        }
        table.print(page);
        for (SourceView source : sources) {
            if (source.reason() != null
                    || source.detail() != null
                    || !source.problems().isEmpty()) {
                page.title(source.name() + ": " + FleetPages.because(source.reason(), source.detail()));
                problems(page, source.problems(), "");
            }
        }
    }

    public static void source(Page page, SourceView source) {
        page.field("source", new Cell(source.name(), Style.BOLD), new Cell(" (" + source.kind() + ")", Style.DIM));
        page.field("state", Marks.of(source.state()));
        String because = FleetPages.because(source.reason(), source.detail());
        if (!because.isEmpty()) {
            page.field("", new Cell(because, Style.PLAIN));
        }
        page.field("url", Cell.of(source.url() + " " + source.ref()));
        if (source.cloneUrl() != null) {
            page.field("clone", Cell.of(source.cloneUrl()));
        }
        page.field("revision", Cell.of(source.revision()));
        if (source.revision() != null) {
            page.field("", Cell.of(source.subject()));
            page.field("", Cell.of(source.author()), new Cell(", ", Style.PLAIN), page.ago(source.committedAt()));
        }
        for (String remark : source.remarks()) {
            page.field("left out", Cell.of(remark));
        }
        problems(page.blank(), source.problems(), "");
    }

    /** {@code file:line:column message (hint)}, a line each, as editors and continuous integration pick them up. */
    public static void problems(Page page, List<ProblemView> problems, String prefix) {
        for (ProblemView problem : problems) {
            String text = problem.text();
            boolean startsWithPlace = !problem.file().isEmpty() && text.startsWith(problem.file());
            int end = startsWithPlace ? text.indexOf(' ', problem.file().length()) : 0;
            boolean warning = problem.severity().equals("warning");
            page.line(
                    new Cell(end > 0 ? prefix + text.substring(0, end + 1) : "", Style.BOLD),
                    new Cell(warning ? "warning: " : "", Style.YELLOW),
                    new Cell(text.substring(Math.max(0, end + 1)), Style.PLAIN));
        }
    }

    public static void rendered(Page page, List<RenderedFileView> files) {
        for (RenderedFileView file : files) {
            page.blank();
            page.line(
                    new Cell("==> " + file.path() + " <==", Style.BOLD),
                    new Cell(
                            ("  " + file.mode() + " " + FleetPages.ownerOf(file.owner(), file.group())).stripTrailing()
                                    + "  " + Page.size(file.size()) + "  unit " + file.unit() + "  from "
                                    + file.template(),
                            Style.DIM));
            if (file.text() != null) {
                page.block(file.text(), Style.PLAIN);
            } else {
                page.line(Cell.of("(" + (file.note() == null ? "not text" : file.note()) + ")", Style.DIM));
            }
        }
    }
}
