package io.espalier.backup.dump;

import java.util.ArrayList;
import java.util.List;

/** What the checks of one dump found, in their order. */
final class Findings {
    private final Limits limits;
    private final List<String> checks = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();

    Findings(Limits limits) {
        this.limits = limits;
    }

    void check(String what) {
        checks.add(what);
    }

    void note(String what) {
        notes.add(what);
    }

    /** @throws DumpException EMPTY or TOO_SMALL */
    void requireSize(String part, long bytes) {
        if (bytes == 0) {
            throw new DumpException(Reason.EMPTY, part + ": not a single byte");
        }
        if (bytes < limits.minBytes()) {
            throw new DumpException(
                    Reason.TOO_SMALL, part + ": " + bytes + " bytes, expected at least " + limits.minBytes());
        }
        checks.add(part + ": " + bytes + " bytes, synced and read back");
    }

    void compareWithPrevious(long bytes) {
        if (bytes < limits.previousBytes() / 2) {
            notes.add("shrank by more than half: from " + limits.previousBytes() + " to " + bytes + " bytes");
        }
    }

    List<String> checks() {
        return checks;
    }

    List<String> notes() {
        return notes;
    }
}
