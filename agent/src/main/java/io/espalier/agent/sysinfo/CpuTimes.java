package io.espalier.agent.sysinfo;

import java.util.Optional;

/** The first line of {@code /proc/stat}, in ticks since the machine started (proc(5)). */
record CpuTimes(long user, long system, long idle, long iowait, long steal) {

    static Optional<CpuTimes> parse(String stat) {
        String line =
                Lines.of(stat).filter(one -> one.startsWith("cpu ")).findFirst().orElse("");
        long[] fields = Lines.numbers(line.startsWith("cpu ") ? line.substring(4) : "");
        if (fields.length < 4) {
            return Optional.empty();
        }
        return Optional.of(new CpuTimes(
                fields[0] + fields[1],
                fields[2] + at(fields, 5) + at(fields, 6),
                fields[3],
                at(fields, 4),
                at(fields, 7)));
    }

    private static long at(long[] fields, int index) {
        return index < fields.length ? fields[index] : 0;
    }

    long total() {
        return user + system + idle + iowait + steal;
    }

    /** What was done between an earlier reading and this one; empty if the counters did not grow. */
    Optional<CpuTimes> since(CpuTimes before) {
        var spent = new CpuTimes(
                user - before.user,
                system - before.system,
                idle - before.idle,
                Math.max(0, iowait - before.iowait), // the kernel lets it fall
                steal - before.steal);
        boolean grew = spent.user >= 0 && spent.system >= 0 && spent.idle >= 0 && spent.steal >= 0;
        return grew && spent.total() > 0 ? Optional.of(spent) : Optional.empty();
    }
}
