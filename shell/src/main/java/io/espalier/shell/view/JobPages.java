package io.espalier.shell.view;

import io.espalier.protocol.api.JobRunView;
import io.espalier.protocol.api.JobView;
import java.time.Duration;
import java.util.List;

/** Jobs of hosts and their runs. */
public final class JobPages {
    private JobPages() {}

    public static void jobs(Page page, List<JobView> jobs) {
        if (jobs.isEmpty()) {
            return;
        }
        var table = new Table()
                .column("HOST")
                .column("JOB")
                .column("LAST")
                .column("RAN")
                .column("TOOK")
                .spare(2)
                .column("NEXT")
                .wide("TIMING")
                .wide("WORK")
                .spare(1);
        for (JobView job : jobs) {
            JobRunView last = job.last();
            table.row(
                    new Cell(job.host(), Style.BOLD),
                    Cell.of(job.job()),
                    last == null ? Cell.NONE : ending(last),
                    page.ago(last == null ? null : last.started()),
                    last == null ? Cell.NONE : took(last),
                    page.ago(job.next()),
                    Cell.of(job.timing()),
                    Cell.of(job.work()));
        }
        table.print(page);
    }

    public static void runs(Page page, List<JobRunView> runs) {
        for (JobRunView run : runs) {
            page.blank();
            page.line(
                    ending(run),
                    new Cell("  ", Style.PLAIN),
                    page.ago(run.started()),
                    new Cell(", took ", Style.PLAIN),
                    took(run),
                    new Cell(run.status() == null ? "" : ", status " + run.status(), Style.PLAIN),
                    new Cell(run.by().equals("hand") ? ", by hand" : "", Style.PLAIN));
            run.output().lines().forEach(line -> page.line("  " + line));
        }
    }

    private static Cell took(JobRunView run) {
        return new Cell(Page.length(Duration.ofMillis(run.millis())), Style.PLAIN);
    }

    private static Cell ending(JobRunView run) {
        return switch (run.ending()) {
            case "ok" -> new Cell("● ok", Style.GREEN);
            case "skipped", "missed", "replaced" -> new Cell("○ " + run.ending(), Style.YELLOW);
            default -> new Cell("✖ " + run.ending(), Style.RED);
        };
    }
}
