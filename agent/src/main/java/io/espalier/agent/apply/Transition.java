package io.espalier.agent.apply;

import io.espalier.agent.fs.Fs;
import io.espalier.protocol.codec.Reader;
import io.espalier.protocol.codec.Writer;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;

/**
 * Everything that leads from one release to the next.
 *
 * @param steps in the order in which they are taken
 * @param newFolders that must be made first, outer before inner
 * @param settings of the kernel that differ
 * @param changedUnits in the release's order; their reloads run
 */
record Transition(List<Step> steps, List<String> newFolders, List<Setting> settings, List<String> changedUnits) {

    Transition {
        steps = List.copyOf(steps);
        newFolders = List.copyOf(newFolders);
        settings = List.copyOf(settings);
        changedUnits = List.copyOf(changedUnits);
    }

    boolean isEmpty() {
        return steps.isEmpty() && settings.isEmpty() && changedUnits.isEmpty();
    }

    /** The folders whose names change, each once. */
    SequencedSet<String> folders() {
        var folders = new LinkedHashSet<String>();
        steps.forEach(step -> folders.add(Fs.folderOf(step.path())));
        newFolders.forEach(folder -> folders.add(Fs.folderOf(folder)));
        return folders;
    }

    /** Where the step with this number keeps what it is about to put in place: beside it, so that a rename suffices. */
    String besides(long number, int step) {
        return Fs.in(Fs.folderOf(steps.get(step).path()), ".espalier-" + number + "-" + step);
    }

    static void write(Writer out, Transition transition) {
        out.list(transition.steps, Step::write)
                .list(transition.newFolders, Writer::text)
                .list(transition.settings, Setting::write)
                .list(transition.changedUnits, Writer::text);
    }

    static Transition read(Reader in) {
        return new Transition(
                in.list(Step::read), in.list(Reader::text), in.list(Setting::read), in.list(Reader::text));
    }
}
