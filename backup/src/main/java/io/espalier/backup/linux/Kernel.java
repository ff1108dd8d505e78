package io.espalier.backup.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/**
 * Linux system calls through libc's {@code syscall(2)}. For one thread.
 *
 * <p>Numbers: Linux {@code arch/x86/entry/syscalls/syscall_64.tbl} and {@code include/uapi/asm-generic/unistd.h}.
 */
final class Kernel {

    /** The calls that are used, with their numbers on x86-64 and on arm64. */
    enum Call {
        READ(0, 63),
        CLOSE(3, 57),
        LSEEK(8, 62),
        PWRITE64(18, 68),
        FTRUNCATE(77, 46),
        FCHMOD(91, 52),
        GETEUID(107, 175),
        LSETXATTR(189, 6),
        LGETXATTR(192, 9),
        LLISTXATTR(195, 12),
        GETDENTS64(217, 61),
        MKDIRAT(258, 34),
        MKNODAT(259, 33),
        FCHOWNAT(260, 54),
        UNLINKAT(263, 35),
        LINKAT(265, 37),
        SYMLINKAT(266, 36),
        READLINKAT(267, 78),
        FCHMODAT(268, 53),
        UTIMENSAT(280, 88),
        SYNCFS(306, 267),
        RENAMEAT2(316, 276),
        STATX(332, 291),
        OPENAT2(437, 437);

        private final int amd64;
        private final int aarch64;

        Call(int amd64, int aarch64) {
            this.amd64 = amd64;
            this.aarch64 = aarch64;
        }
    }

    static final boolean AARCH64 = System.getProperty("os.arch", "").equals("aarch64");

    private static final VarHandle ERRNO =
            Linker.Option.captureStateLayout().varHandle(MemoryLayout.PathElement.groupElement("errno"));
    private static final MethodHandle SYSCALL = handle();

    private final MemorySegment state;

    Kernel(Arena arena) {
        this.state = arena.allocate(Linker.Option.captureStateLayout());
    }

    @SuppressWarnings("restricted") // the launcher allows native access
    private static MethodHandle handle() {
        Linker linker = Linker.nativeLinker();
        var sevenLongs = FunctionDescriptor.of(
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_LONG);
        return linker.downcallHandle(
                linker.defaultLookup().findOrThrow("syscall"),
                sevenLongs,
                Linker.Option.captureCallState("errno"),
                Linker.Option.firstVariadicArg(1));
    }

    /** What the call returned, or the negative error number. */
    long call(Call call, long a, long b, long c, long d, long e) {
        try {
            long number = AARCH64 ? call.aarch64 : call.amd64;
            long result = (long) SYSCALL.invokeExact(state, number, a, b, c, d, e);
            return result == -1 ? -(int) ERRNO.get(state, 0L) : result;
        } catch (Throwable e1) {
            throw new IllegalStateException("cannot call the kernel", e1);
        }
    }

    long call(Call call, long a) {
        return call(call, a, 0, 0, 0, 0);
    }

    long call(Call call, long a, long b) {
        return call(call, a, b, 0, 0, 0);
    }

    long call(Call call, long a, long b, long c) {
        return call(call, a, b, c, 0, 0);
    }

    long call(Call call, long a, long b, long c, long d) {
        return call(call, a, b, c, d, 0);
    }
}
