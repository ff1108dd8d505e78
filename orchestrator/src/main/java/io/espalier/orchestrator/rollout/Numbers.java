package io.espalier.orchestrator.rollout;

import io.espalier.protocol.Auid;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.springframework.jdbc.core.JdbcTemplate;

/** The last manifest number given out for each agent. Numbers grow and are never used again, also after a restart. */
final class Numbers {

    /** How many agents are asked for in one statement. */
    private static final int CHUNK = 500;

    private final JdbcTemplate jdbc;

    Numbers(JdbcTemplate jdbc) {
        this.jdbc = jdbc;
    }

    /** The next number of each of {@code agents}. Part of the caller's transaction. */
    Map<Auid, Long> next(Collection<Auid> agents) {
        var ordered = new ArrayList<>(new TreeSet<>(agents)); // one order, so that two callers cannot deadlock
        Map<Auid, Long> last = last(ordered);
        var next = new HashMap<Auid, Long>();
        ordered.forEach(auid -> next.put(auid, last.getOrDefault(auid, 0L) + 1));
        store(ordered, last, next);
        return next;
    }

    /** The next number of one agent, greater than {@code above}, which it is known to have seen. */
    long next(Auid auid, long above) {
        Map<Auid, Long> last = last(List.of(auid));
        long next = Math.max(above, last.getOrDefault(auid, 0L)) + 1;
        store(List.of(auid), last, Map.of(auid, next));
        return next;
    }

    private Map<Auid, Long> last(List<Auid> agents) {
        var last = new HashMap<Auid, Long>();
        for (int from = 0; from < agents.size(); from += CHUNK) {
            List<Auid> some = agents.subList(from, Math.min(agents.size(), from + CHUNK));
            String places = String.join(", ", some.stream().map(_ -> "?").toList());
            jdbc.query(
                    "select auid, number from manifest_number where auid in (" + places + ") order by auid for update",
                    row -> {
                        last.put(new Auid(row.getString("auid")), row.getLong("number"));
                    },
                    some.stream().map(Auid::value).toArray());
        }
        return last;
    }

    private void store(List<Auid> agents, Map<Auid, Long> last, Map<Auid, Long> next) {
        var known = new ArrayList<Object[]>();
        var unknown = new ArrayList<Object[]>();
        for (Auid auid : agents) {
            (last.containsKey(auid) ? known : unknown).add(new Object[] {next.get(auid), auid.value()});
        }
        jdbc.batchUpdate("update manifest_number set number = ? where auid = ?", known);
        jdbc.batchUpdate("insert into manifest_number (number, auid) values (?, ?)", unknown);
    }
}
