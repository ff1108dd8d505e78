package io.espalier.agent.sysinfo;

import java.util.SortedMap;
import java.util.TreeMap;

/** One line of {@code /proc/net/dev} (proc(5)): bytes and packets since the interface came up. */
record NetworkCounters(long received, long sent, long errors, long dropped) {

    private static final int MAX_INTERFACES = 64;

    /** By name, without the loopback; lines that are none are left out. */
    static SortedMap<String, NetworkCounters> parse(String netDev) {
        var found = new TreeMap<String, NetworkCounters>();
        Lines.of(netDev).limit(2_000).forEach(line -> {
            int colon = line.lastIndexOf(':'); // an alias has one in its name
            String name = colon < 0 ? "" : line.substring(0, colon).strip();
            long[] fields = colon < 0 ? new long[0] : Lines.numbers(line.substring(colon + 1));
            if (fields.length >= 12 && !name.isEmpty() && !name.equals("lo") && found.size() < MAX_INTERFACES) {
                found.put(
                        name,
                        new NetworkCounters(fields[0], fields[8], fields[2] + fields[10], fields[3] + fields[11]));
            }
        });
        return found;
    }
}
