package io.espalier.shell.view;

import io.espalier.protocol.api.EventView;
import io.espalier.protocol.api.RolloutDetail;
import io.espalier.protocol.api.RolloutView;
import java.time.Duration;
import java.util.List;

/** Rollouts: the list, one of them by waves and hosts, and its events as they come. */
public final class RolloutPages {
    private RolloutPages() {}

    public static void rollouts(Page page, List<RolloutView> rollouts) {
        var table = new Table()
                .number("ID")
                .column("KIND")
                .column("STATE")
                .column("REVISION")
                .spare(2)
                .column("WAVE")
                .spare(4)
                .column("HOSTS")
                .wide("BY")
                .spare(3)
                .column("STARTED")
                .spare(1)
                .column("TOOK")
                .spare(5)
                .wide("SUBJECT");
        for (RolloutView rollout : rollouts) {
            table.row(
                    Cell.of(Long.toString(rollout.id()), Style.BOLD),
                    Cell.of(rollout.kind()),
                    Marks.of(rollout.state()),
                    Page.id(rollout.revision()),
                    Cell.of(rollout.wave() + "/" + rollout.waves()),
                    Cell.of(rollout.applied() + "/" + rollout.hosts()),
                    Cell.of(rollout.by()),
                    page.ago(rollout.startedAt()),
                    took(rollout),
                    rollout.reason() == null
                            ? Cell.of(rollout.subject())
                            : new Cell(FleetPages.because(rollout.reason(), rollout.detail()), Style.PLAIN));
        }
        table.print(page);
    }

    private static Cell took(RolloutView rollout) {
        return rollout.endedAt() == null
                ? Cell.NONE
                : Cell.of(Page.length(Duration.between(rollout.startedAt(), rollout.endedAt())));
    }

    public static void rollout(Page page, RolloutView rollout) {
        page.field(
                "rollout",
                new Cell(Long.toString(rollout.id()), Style.BOLD),
                new Cell(" (" + rollout.kind() + " by " + rollout.by() + ")", Style.DIM));
        page.field("state", Marks.of(rollout.state()));
        String because = FleetPages.because(rollout.reason(), rollout.detail());
        if (!because.isEmpty()) {
            page.field("", new Cell(because, Style.PLAIN));
        }
        page.field("revision", Cell.of(rollout.revision()));
        if (rollout.subject() != null) {
            page.field("", Cell.of(rollout.subject()));
        }
        page.field("hosts", new Cell(counts(rollout), Style.PLAIN));
        page.field("wave", Cell.of(rollout.wave() + " of " + rollout.waves()));
        page.field("started", page.ago(rollout.startedAt()));
        if (rollout.endedAt() != null) {
            page.field("took", took(rollout));
        }
    }

    private static String counts(RolloutView rollout) {
        return rollout.applied() + " of " + rollout.hosts() + " applied"
                + (rollout.failed() > 0 ? ", " + rollout.failed() + " failed" : "")
                + (rollout.waiting() > 0 ? ", " + rollout.waiting() + " waiting" : "");
    }

    public static void detail(Page page, RolloutDetail detail) {
        rollout(page, detail.rollout());
        for (RolloutDetail.Wave wave : detail.waves()) {
            page.blank();
            page.line(
                    new Cell("Wave " + wave.number(), Style.BOLD),
                    new Cell(" " + wave.tier() + (wave.canary() ? ", canary  " : "  "), Style.PLAIN),
                    Marks.of(wave.state()));
            var table = new Table()
                    .column("HOST")
                    .column("STATE")
                    .number("TOOK")
                    .column("WHEN")
                    .wide("DETAIL");
            for (RolloutDetail.HostStep step : wave.hosts()) {
                table.row(
                        Cell.of(step.host()),
                        Marks.of(step.state()),
                        step.tookMillis() == null
                                ? Cell.NONE
                                : Cell.of(Page.length(Duration.ofMillis(step.tookMillis()))),
                        page.ago(step.at()),
                        new Cell(FleetPages.because(step.reason(), step.detail()), Style.PLAIN));
            }
            table.print(page);
        }
    }

    /** One line for people who watch. */
    public static void event(Page page, EventView event) {
        Cell mark = event.state() == null ? new Cell(" ", Style.PLAIN) : Marks.mark(event.state());
        page.line(mark, new Cell(" " + event.text(), Style.PLAIN));
    }

    /** How it ended: one line, and why if that needs saying. */
    public static void verdict(Page page, RolloutView rollout) {
        page.line(
                new Cell("rollout " + rollout.id() + " ", Style.BOLD),
                Marks.of(rollout.state()),
                new Cell(rollout.endedAt() == null ? "" : " in " + took(rollout).text(), Style.PLAIN),
                new Cell(": " + counts(rollout), Style.PLAIN));
        String because = FleetPages.because(rollout.reason(), rollout.detail());
        if (!because.isEmpty()) {
            page.line(new Cell("  " + because, Style.PLAIN));
        }
    }
}
