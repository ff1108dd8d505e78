package io.espalier.orchestrator.release;

import io.espalier.orchestrator.fleet.Problem;
import io.espalier.protocol.HostName;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Problems of many hosts, told once where they are the same: {@code web1 and 299 more hosts: ...}. */
final class HostProblems {

    private record Same(String file, int line, int column, String message, Optional<String> hint) {}

    private final Map<Same, List<HostName>> hosts = new LinkedHashMap<>();

    /** @param problem whose message starts with the host's name and a colon */
    void add(HostName host, Problem problem) {
        String prefix = host + ": ";
        String message =
                problem.message().startsWith(prefix) ? problem.message().substring(prefix.length()) : problem.message();
        var same = new Same(problem.file(), problem.line(), problem.column(), message, problem.hint());
        hosts.computeIfAbsent(same, first -> new ArrayList<>()).add(host);
    }

    int size() {
        return hosts.size();
    }

    boolean isEmpty() {
        return hosts.isEmpty();
    }

    List<Problem> all() {
        return hosts.entrySet().stream()
                .map(entry -> problem(entry.getKey(), entry.getValue()))
                .toList();
    }

    private static Problem problem(Same same, List<HostName> hosts) {
        String who = hosts.getFirst()
                + switch (hosts.size()) {
                    case 1 -> "";
                    case 2 -> " and " + hosts.get(1);
                    default -> " and " + (hosts.size() - 1) + " more hosts";
                };
        return new Problem(
                same.file(),
                same.line(),
                same.column(),
                who + ": " + same.message(),
                same.hint(),
                Problem.Severity.ERROR);
    }
}
