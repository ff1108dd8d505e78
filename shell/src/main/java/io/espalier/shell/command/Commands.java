package io.espalier.shell.command;

import io.espalier.shell.line.Noun;
import io.espalier.shell.line.Option;
import io.espalier.shell.line.Values;
import java.util.ArrayList;
import java.util.List;

/** The table of all commands. */
public final class Commands {
    static final Option REF =
            Option.value("ref", "REF", "branch, tag or commit of the fleet source; the watched one if absent");
    static final Option HOST = Option.value("host", "HOST", "only this host; repeat it for more")
            .of(new Values.Known(Noun.HOST))
            .many();
    static final Option TIERS = Option.value("tier", "TIER", "only hosts of this tier; repeat it for more")
            .of(new Values.Known(Noun.TIER))
            .many();
    static final Option UNITS = Option.value(
                    "unit", "UNIT", "only this unit, the rest of each host as it is; repeat it for more")
            .many();
    static final Option YES = Option.flag("yes", "do not ask").letter('y');
    static final Option NO_WAIT = Option.flag("no-wait", "start it and do not wait for its end");
    static final Option TIMEOUT = Option.value("timeout", "MINUTES", "how long to wait for its end; 60 if absent")
            .of(new Values.Whole(1, 10_080));
    static final Option LIMIT =
            Option.value("limit", "COUNT", "how many, the newest first").of(new Values.Whole(1, 1000));

    private Commands() {}

    /** In the order of the help page. */
    public static List<Command> all() {
        var all = new ArrayList<Command>();
        all.addAll(FleetCommands.all());
        all.addAll(SourceCommands.all());
        all.addAll(RolloutCommands.all());
        all.addAll(JobCommands.all());
        all.addAll(BackupCommands.all());
        all.addAll(EnrolCommand.all());
        all.addAll(DnsCommands.all());
        all.addAll(TreeCommands.all());
        all.addAll(PeopleCommands.all());
        return List.copyOf(all);
    }

    static Values known(Noun noun) {
        return new Values.Known(noun);
    }
}
