package io.espalier.shell.view;

import io.espalier.protocol.api.AuditView;
import io.espalier.protocol.api.CreatedToken;
import io.espalier.protocol.api.EnrolmentView;
import io.espalier.protocol.api.UserView;
import java.util.List;

/** Users, what they did, and hosts that join. */
public final class PeoplePages {
    private PeoplePages() {}

    public static void users(Page page, List<UserView> users) {
        var table = new Table().column("USER").wide("RIGHTS");
        users.forEach(user -> table.row(new Cell(user.name(), Style.BOLD), Cell.of(String.join(", ", user.rights()))));
        table.print(page);
    }

    public static void audit(Page page, List<AuditView> entries) {
        var table = new Table()
                .column("WHEN")
                .column("WHO")
                .column("ACTION")
                .wide("WHAT")
                .wide("FROM")
                .spare(1)
                .wide("TO");
        for (AuditView entry : entries) {
            table.row(
                    page.ago(entry.at()),
                    new Cell(entry.who(), Style.BOLD),
                    Cell.of(entry.action()),
                    Cell.of(entry.what()),
                    Cell.of(entry.from()),
                    Cell.of(entry.to()));
        }
        table.print(page);
    }

    /** The token alone, so that it can be captured. */
    public static void token(Page page, CreatedToken created) {
        page.line(created.token());
    }

    public static void progress(Page page, String line) {
        page.line(new Cell("  " + line, Style.DIM));
    }

    public static void enrolment(Page page, EnrolmentView enrolment) {
        page.line(
                new Cell(enrolment.host() + " ", Style.BOLD),
                Marks.of(enrolment.state()),
                new Cell(enrolment.auid() == null ? "" : "  auid " + enrolment.auid(), Style.PLAIN));
        String because = FleetPages.because(enrolment.reason(), enrolment.detail());
        if (!because.isEmpty()) {
            page.line(because);
        }
    }
}
