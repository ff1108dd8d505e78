package io.espalier.orchestrator.worker;

import java.util.Locale;
import java.util.Optional;

/** What a report is about. */
public enum ReportKind {
    /** Who the worker is: tags, address, host name. */
    STATUS,
    /** How its backup jobs went. */
    BACKUP,
    /** How its services are. */
    SERVICE,
    /** Disk, memory, processor and what else there is to measure. */
    SYSINFO,
    /** Which paths differ from its release. */
    DRIFT;

    /** As written in URLs, keys of the tree and the database: {@code sysinfo}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<ReportKind> parse(String word) {
        for (ReportKind kind : values()) {
            if (kind.word().equals(word)) {
                return Optional.of(kind);
            }
        }
        return Optional.empty();
    }
}
