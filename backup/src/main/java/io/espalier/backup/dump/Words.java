package io.espalier.backup.dump;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Turns the words of a database's client into a reason; whatever it does not know stays {@code TOOL_FAILED}. */
final class Words {
    private static final List<Map.Entry<String, Reason>> KNOWN = List.of(
            Map.entry("password authentication failed", Reason.NOT_SIGNED_IN),
            Map.entry("no password supplied", Reason.NOT_SIGNED_IN),
            Map.entry("peer authentication failed", Reason.NOT_SIGNED_IN),
            Map.entry("to database", Reason.NO_RIGHTS),
            Map.entry("access denied; you need", Reason.NO_RIGHTS),
            Map.entry("access denied for user", Reason.NOT_SIGNED_IN),
            Map.entry("wrongpass", Reason.NOT_SIGNED_IN),
            Map.entry("noauth", Reason.NOT_SIGNED_IN),
            Map.entry("invalid password", Reason.NOT_SIGNED_IN),
            Map.entry("noperm", Reason.NO_RIGHTS),
            Map.entry("permission denied", Reason.NO_RIGHTS),
            Map.entry("command denied to user", Reason.NO_RIGHTS),
            Map.entry("insufficient privileges", Reason.NO_RIGHTS),
            Map.entry("must be superuser", Reason.NO_RIGHTS),
            Map.entry("table definition has changed", Reason.CHANGED_MEANWHILE),
            Map.entry("lost connection", Reason.UNREACHABLE),
            Map.entry("server has gone away", Reason.UNREACHABLE),
            Map.entry("can't connect", Reason.UNREACHABLE),
            Map.entry("connection refused", Reason.UNREACHABLE),
            Map.entry("could not connect", Reason.UNREACHABLE),
            Map.entry("server closed the connection", Reason.UNREACHABLE),
            Map.entry("terminating connection", Reason.UNREACHABLE),
            Map.entry("connection to server", Reason.UNREACHABLE),
            Map.entry("no space left", Reason.SPOOL_FULL));

    private Words() {}

    static Reason reason(String words) {
        String lower = words.toLowerCase(Locale.ROOT);
        return KNOWN.stream()
                .filter(known -> lower.contains(known.getKey()))
                .findFirst()
                .map(Map.Entry::getValue)
                .orElse(Reason.TOOL_FAILED);
    }
}
