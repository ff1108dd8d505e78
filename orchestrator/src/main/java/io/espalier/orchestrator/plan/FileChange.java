package io.espalier.orchestrator.plan;

import io.espalier.protocol.release.FileEntry;
import io.espalier.protocol.wire.ObservedFile;

/** One step from what a host holds to what it should hold. Holds all it needs, so it can be shown and counted. */
public sealed interface FileChange {

    String path();

    String unit();

    record Create(String unit, FileEntry wanted) implements FileChange {
        @Override
        public String path() {
            return wanted.path();
        }
    }

    /** Other bytes; owner and mode may differ too. */
    record Update(String unit, FileEntry wanted, ObservedFile held) implements FileChange {
        @Override
        public String path() {
            return wanted.path();
        }
    }

    /** The same bytes with another mode, owner or group. */
    record Attributes(String unit, FileEntry wanted, ObservedFile held) implements FileChange {
        @Override
        public String path() {
            return wanted.path();
        }
    }

    record Remove(String unit, ObservedFile held) implements FileChange {
        @Override
        public String path() {
            return held.path();
        }
    }
}
