package io.espalier.backup.client;

import io.espalier.backup.report.KindReport;
import io.espalier.backup.repository.Verdict;
import java.util.List;
import java.util.Optional;

/**
 * How a run ended.
 *
 * @param snapshot its name, 64 hexadecimal digits, all objects of which have receipts; empty: none was made
 * @param failure why it is not good; empty: it is
 * @param entries files and folders, or parts of a dump
 * @param bytes of content
 * @param read of them, since they were not known to be unchanged
 * @param added bytes of objects that the store did not have
 * @param notes for people
 * @param report the kind's as it is now
 */
public record BackupOutcome(
        String kind,
        Optional<String> snapshot,
        Optional<Verdict.Failed> failure,
        long entries,
        long bytes,
        long read,
        long added,
        List<String> notes,
        KindReport report) {
    public BackupOutcome {
        notes = List.copyOf(notes);
    }

    public boolean isGood() {
        return failure.isEmpty();
    }
}
