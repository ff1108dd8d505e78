package io.espalier.orchestrator.source.svn;

import io.espalier.orchestrator.source.Commit;
import io.espalier.orchestrator.source.Snapshot;
import io.espalier.orchestrator.source.SourceName;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.function.Function;

/** A revision of a Subversion folder, read from the git tree that it is kept as. */
final class SvnSnapshot implements Snapshot {

    private final Commit commit;
    private final Snapshot contents;
    private final List<String> leftOut;
    private final Function<String, Optional<Commit>> lastChange;

    SvnSnapshot(Commit commit, Snapshot contents, List<String> leftOut, Function<String, Optional<Commit>> lastChange) {
        this.commit = commit;
        this.contents = contents;
        this.leftOut = List.copyOf(leftOut);
        this.lastChange = lastChange;
    }

    @Override
    public SourceName source() {
        return contents.source();
    }

    @Override
    public Commit commit() {
        return commit;
    }

    @Override
    public SortedSet<String> paths() {
        return contents.paths();
    }

    @Override
    public Optional<byte[]> read(String path) {
        return contents.read(path);
    }

    @Override
    public List<String> remarks() {
        var remarks = new ArrayList<>(contents.remarks());
        remarks.addAll(leftOut);
        return remarks;
    }

    @Override
    public Optional<Commit> lastChange(String path) {
        return lastChange.apply(path);
    }
}
