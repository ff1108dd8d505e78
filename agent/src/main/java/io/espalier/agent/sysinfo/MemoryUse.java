package io.espalier.agent.sysinfo;

import java.util.HashMap;
import java.util.Optional;

/**
 * {@code /proc/meminfo} (proc(5)), in bytes.
 *
 * @param available without swapping; what the kernel says, or a guess of older kernels' free, buffers and cached
 */
record MemoryUse(long total, long available, long swapTotal, long swapFree) {

    static Optional<MemoryUse> parse(String meminfo) {
        var known = new HashMap<String, Long>();
        Lines.of(meminfo).limit(200).forEach(line -> {
            int colon = line.indexOf(':');
            if (colon > 0) {
                long[] numbers = Lines.numbers(line.substring(colon + 1));
                if (numbers.length > 0 && numbers[0] < 1L << 50) {
                    known.putIfAbsent(line.substring(0, colon), numbers[0] << 10);
                }
            }
        });
        long total = known.getOrDefault("MemTotal", 0L);
        if (total == 0) {
            return Optional.empty();
        }
        long available = known.containsKey("MemAvailable")
                ? known.get("MemAvailable")
                : known.getOrDefault("MemFree", 0L)
                        + known.getOrDefault("Buffers", 0L)
                        + known.getOrDefault("Cached", 0L);
        return Optional.of(new MemoryUse(
                total,
                Math.min(available, total),
                known.getOrDefault("SwapTotal", 0L),
                known.getOrDefault("SwapFree", 0L)));
    }
}
