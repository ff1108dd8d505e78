package io.espalier.agent.apply;

import io.espalier.agent.fs.Fs;
import io.espalier.protocol.release.FileEntry;
import io.espalier.protocol.release.Release;
import io.espalier.protocol.release.Unit;
import java.io.IOException;
import java.io.PrintStream;
import java.util.Optional;

/** An agent's journal in words. */
public final class Journals {

    private Journals() {}

    /** Prints what the journal adds up to and the release on disk. Reads only, also beside a running agent. */
    public static void print(Fs fs, String stateFolder, PrintStream out) throws IOException {
        String path = Fs.in(stateFolder, "journal");
        if (fs.look(path).isEmpty()) {
            throw new IOException("no agent has run here: there is no " + path);
        }
        Journal journal = Journal.peek(fs, path);
        State state = journal.state();
        out.println("number    " + state.number());
        out.println("current   " + state.current().map(Journals::line).orElse("none"));
        out.println("previous  " + state.previous().map(Journals::line).orElse("none"));
        state.last()
                .ifPresent(last -> out.println("last      " + last.at() + " manifest " + last.number() + " "
                        + last.release().abbreviated() + " " + last.outcome()));
        state.open()
                .ifPresent(open -> out.println("open      " + line(open.target()) + " " + open.phase() + ", "
                        + open.transition().steps().size() + " steps"));
        var releases = new Releases(journal, new BlobStore(fs, Fs.in(stateFolder, "blobs")));
        Optional<Release> release = releases.onDisk();
        release.ifPresent(held -> print(held, out));
    }

    private static String line(HeldRelease held) {
        return held.id().abbreviated() + " (manifest " + held.number() + ")";
    }

    private static void print(Release release, PrintStream out) {
        out.println("host      " + release.host());
        for (Unit unit : release.units()) {
            out.println("unit      " + unit.name());
            for (FileEntry file : unit.files()) {
                out.printf(
                        "  %s %04o %s:%s %d %s%s%n",
                        file.content().abbreviated(),
                        file.mode(),
                        file.owner(),
                        file.group(),
                        file.size(),
                        file.path(),
                        file.secret() ? " (secret)" : "");
            }
        }
    }
}
