package io.espalier.agent.observe;

import io.espalier.agent.system.Names;
import io.espalier.protocol.ReleaseId;
import io.espalier.protocol.wire.Message;
import io.espalier.protocol.wire.ObservedFile;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What was found, by path; a path that does not exist is left out.
 *
 * @param barred paths that lead over a link or a file, with the reason; treated as absent by {@link #toMessage}
 */
public record Observation(SortedMap<String, Seen> files, SortedMap<String, String> barred) {

    public Observation {
        files = Collections.unmodifiableSortedMap(new TreeMap<>(files));
        barred = Collections.unmodifiableSortedMap(new TreeMap<>(barred));
    }

    /** As told to the orchestrator. */
    public Message.Observed toMessage(Optional<ReleaseId> current, Names names) {
        List<ObservedFile> told = files.entrySet().stream()
                .map(file -> told(file.getKey(), file.getValue(), names))
                .toList();
        return new Message.Observed(current, told);
    }

    private static ObservedFile told(String path, Seen seen, Names names) {
        return new ObservedFile(
                path,
                switch (seen.entry().kind()) {
                    case FILE -> ObservedFile.Kind.FILE;
                    case FOLDER -> ObservedFile.Kind.FOLDER;
                    case LINK -> ObservedFile.Kind.LINK;
                    case OTHER -> ObservedFile.Kind.OTHER;
                },
                seen.content(),
                seen.entry().isFile() ? seen.entry().size() : 0,
                seen.entry().mode(),
                names.user(seen.entry().uid()),
                names.group(seen.entry().gid()));
    }
}
