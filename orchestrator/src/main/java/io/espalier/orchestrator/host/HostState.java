package io.espalier.orchestrator.host;

import java.util.Locale;

/** The one word for a host, the same in the web UI, the shell and the API. */
public enum HostState {
    IN_SYNC,
    PENDING,
    APPLYING,
    WAITING,
    DRIFTED,
    FAILED,
    UNREACHABLE,
    QUARANTINED,
    STALE;

    /** As written in JSON, pages and docs: {@code in-sync}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    public static HostState parse(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT).replace('-', '_'));
    }
}
