package io.espalier.orchestrator.plan;

import io.espalier.orchestrator.fleet.Host;
import io.espalier.protocol.HostName;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * A plan as lines for a terminal:
 *
 * <pre>
 * plan 1f0c3a5b7d9e for 4f5c1a2b: 300 hosts change, 12 in sync, 1 unreachable
 * 300 hosts: web1 web2 web3 ... web300
 *   ~ /etc/motd (base)
 *       --- /etc/motd
 *       +++ /etc/motd
 *       &#64;@ -1 +1 &#64;@
 *       -hello
 *       +hi
 *   reload: base
 * unreachable: db4 (timed-out: no answer within 20 s)
 * </pre>
 */
public final class PlanText {

    private static final int MAX_GROUPS = 30;

    private static final int MAX_NAMES = 8;

    private static final int MAX_UNREACHABLE = 20;

    private static final int MAX_LINES = 2_000;

    private final Diffs diffs;

    public PlanText(Diffs diffs) {
        this.diffs = diffs;
    }

    /** {@code 3 hosts change, 46 in sync, 1 unreachable} */
    public static String summary(Plan plan) {
        long inSync = plan.hosts().values().stream().filter(HostPlan::isInSync).count();
        long change = plan.hosts().size() - inSync;
        String text = change == 0 ? "nothing changes" : change + (change == 1 ? " host changes" : " hosts change");
        text += ", " + inSync + " in sync";
        return plan.unreachable().isEmpty()
                ? text
                : text + ", " + plan.unreachable().size() + " unreachable";
    }

    /** At most {@value #MAX_LINES} lines, one call each. */
    public void write(Plan plan, Consumer<String> lines) {
        var out = new Bounded(lines);
        out.line("plan " + plan.digest().abbreviated() + " for "
                + plan.target().fleetCommit().revision().abbreviated() + ": " + summary(plan));
        List<ChangeGroup> groups = ChangeGroup.of(plan);
        groups.stream().limit(MAX_GROUPS).forEach(group -> write(group, plan, out));
        if (groups.size() > MAX_GROUPS) {
            out.line("... and " + (groups.size() - MAX_GROUPS) + " more kinds of change");
        }
        plan.unreachable().entrySet().stream()
                .limit(MAX_UNREACHABLE)
                .forEach(entry -> out.line("unreachable: " + entry.getKey() + " ("
                        + Diffs.printable(entry.getValue().toString()) + ")"));
        if (plan.unreachable().size() > MAX_UNREACHABLE) {
            out.line("... and " + (plan.unreachable().size() - MAX_UNREACHABLE) + " more unreachable");
        }
    }

    private void write(ChangeGroup group, Plan plan, Bounded out) {
        int count = group.hosts().size();
        out.line((count == 1 ? "1 host: " : count + " hosts: ") + names(group.hosts()));
        Host host = plan.target().fleet().hosts().get(group.hosts().getFirst());
        if (group.isRulesOnly()) {
            out.line("  no file changes; other rules (checks, reloads, packages)");
        } else if (host != null) {
            for (FileChange change : group.example().changes()) {
                if (out.isFull()) {
                    return;
                }
                write(diffs.show(change, group.example(), host), out);
            }
        }
        if (!group.example().reloads().isEmpty()) {
            out.line("  reload: " + String.join(" ", group.example().reloads()));
        }
    }

    private static void write(ShownChange change, Bounded out) {
        String unit = change.unit().isEmpty() ? "" : " (" + change.unit() + ")";
        String note = change.note().isEmpty() ? "" : " " + change.note();
        out.line("  " + change.action().sign() + " " + Diffs.printable(change.path()) + unit + note);
        change.diff().ifPresent(diff -> diff.lines().forEach(line -> out.line("      " + line)));
    }

    private static String names(List<HostName> hosts) {
        String some = hosts.stream().limit(MAX_NAMES).map(HostName::value).collect(Collectors.joining(" "));
        return hosts.size() <= MAX_NAMES ? some : some + String.format(Locale.ROOT, " ... %s", hosts.getLast());
    }

    /** Passes on so many lines and says when it has had enough. */
    private static final class Bounded {
        private final Consumer<String> lines;
        private int written;

        Bounded(Consumer<String> lines) {
            this.lines = lines;
        }

        boolean isFull() {
            return written >= MAX_LINES;
        }

        void line(String line) {
            written++;
            if (written < MAX_LINES) {
                lines.accept(line);
            } else if (written == MAX_LINES) {
                lines.accept("... the rest is left out");
            }
        }
    }
}
