package io.espalier.agent.fs;

import io.espalier.agent.fs.Kernel.Call;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;

/** The kernel's calls that are wanted elsewhere than for files. */
public final class SystemCalls {

    public static final int SIGKILL = 9;
    public static final int SIGTERM = 15;

    /** {@code struct timex}, with room behind it. */
    private static final int TIMEX = 256;

    private SystemCalls() {}

    /** Sends a signal to every process of a group; false if there is none. */
    public static boolean signalGroup(long group, int signal) {
        if (group <= 1) {
            throw new IllegalArgumentException("process group: " + group + " (expected: more than 1)");
        }
        return Kernel.call(Call.KILL, -group, signal) >= 0;
    }

    /** The kernel's {@code struct timex} (adjtimex(2)), asked without changing anything. */
    public static Optional<byte[]> clock() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment timex = arena.allocate(TIMEX, 8);
            return Kernel.call(Call.ADJTIMEX, timex.address()) < 0
                    ? Optional.empty()
                    : Optional.of(timex.toArray(ValueLayout.JAVA_BYTE));
        }
    }
}
