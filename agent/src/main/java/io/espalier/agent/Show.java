package io.espalier.agent;

import io.espalier.agent.apply.Journals;
import io.espalier.agent.fs.BeneathFs;
import java.io.IOException;
import java.io.PrintStream;

/** Prints the agent's journal and the release on disk, for people; changes nothing. */
final class Show {

    private Show() {}

    static void print(Arguments arguments, PrintStream out) throws IOException {
        try (var fs = new BeneathFs(arguments.root())) {
            Journals.print(fs, Daemon.STATE, out);
        }
    }
}
