package io.espalier.agent.drift;

import io.espalier.agent.fs.Entry;
import io.espalier.agent.observe.Observation;
import io.espalier.agent.observe.Seen;
import io.espalier.agent.system.Names;
import io.espalier.protocol.Digest;
import io.espalier.protocol.release.FileEntry;
import io.espalier.protocol.release.Release;
import io.espalier.protocol.release.Unit;
import io.espalier.protocol.wire.DriftedPath;
import io.espalier.protocol.wire.DriftedPath.Kind;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/** Decides what differs between a release and what was seen. Touches nothing but names of owners. */
final class Comparison {

    private final Names names;

    Comparison(Names names) {
        this.names = names;
    }

    /** Sorted by path; {@code since} of each is {@code now}. */
    List<DriftedPath> compare(Release release, Observation seen, Instant now) {
        var drifted = new ArrayList<DriftedPath>();
        var held = new HashSet<String>();
        for (Unit unit : release.units()) {
            for (FileEntry file : unit.files()) {
                held.add(file.path());
                Optional<Seen> there = Optional.ofNullable(seen.files().get(file.path()));
                difference(file, there)
                        .ifPresent(kind -> drifted.add(new DriftedPath(
                                file.path(),
                                unit.name(),
                                kind,
                                Optional.of(file.content()),
                                there.flatMap(Seen::content),
                                now)));
            }
        }
        for (Unit unit : release.units()) {
            for (String folder : unit.purged()) {
                seen.files().subMap(folder, folder + Character.MAX_VALUE).forEach((path, there) -> {
                    if (held.add(path)) {
                        drifted.add(new DriftedPath(
                                path, unit.name(), Kind.UNEXPECTED, Optional.empty(), there.content(), now));
                    }
                });
            }
        }
        drifted.sort((a, b) -> a.path().compareTo(b.path()));
        return drifted;
    }

    private Optional<Kind> difference(FileEntry wanted, Optional<Seen> seen) {
        if (seen.isEmpty()) {
            return Optional.of(Kind.MISSING);
        }
        Entry there = seen.get().entry();
        Optional<Digest> content = seen.get().content();
        if (content.isPresent() && !content.get().equals(wanted.content())) {
            return Optional.of(Kind.CONTENT);
        }
        if (!there.isFile()) {
            return Optional.of(Kind.TYPE);
        }
        if (there.mode() != wanted.mode()) {
            return Optional.of(Kind.MODE);
        }
        boolean owned = wanted.owner().isEmpty()
                ? there.uid() == names.ownUser()
                : names.user(there.uid()).equals(wanted.owner());
        boolean grouped = wanted.group().isEmpty()
                ? there.gid() == names.ownGroup()
                : names.group(there.gid()).equals(wanted.group());
        return owned && grouped ? Optional.empty() : Optional.of(Kind.OWNER);
    }
}
