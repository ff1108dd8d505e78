package io.espalier.agent.fs;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/**
 * Linux system calls through libc's {@code syscall(2)}: one native function for all of them, because each further one
 * would cost start time and memory. Pointers are handed over as addresses.
 *
 * <p>Numbers and structures: Linux {@code arch/x86/entry/syscalls/syscall_64.tbl}, {@code include/uapi/asm-generic/unistd.h},
 * {@code kill(2)}, {@code adjtimex(2)}, {@code statx(2)}, {@code openat2(2)}, {@code statfs(2)}.
 */
final class Kernel {

    /** The calls that are used, with their numbers on x86-64 and on arm64. */
    enum Call {
        READ(0, 63),
        WRITE(1, 64),
        CLOSE(3, 57),
        KILL(62, 129),
        FSYNC(74, 82),
        FTRUNCATE(77, 46),
        FCHMOD(91, 52),
        FCHOWN(93, 55),
        FSTATFS(138, 44),
        ADJTIMEX(159, 171),
        GETDENTS64(217, 61),
        MKDIRAT(258, 34),
        FCHOWNAT(260, 54),
        UNLINKAT(263, 35),
        SYMLINKAT(266, 36),
        READLINKAT(267, 78),
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

        private int number() {
            return AARCH64 ? aarch64 : amd64;
        }
    }

    static final int EPERM = 1;
    static final int ENOENT = 2;
    static final int EINTR = 4;
    static final int EAGAIN = 11;
    static final int EACCES = 13;
    static final int EEXIST = 17;
    static final int ENOTDIR = 20;
    static final int EISDIR = 21;
    static final int ENOSPC = 28;
    static final int EROFS = 30;
    static final int ENAMETOOLONG = 36;
    static final int ENOSYS = 38;
    static final int ENOTEMPTY = 39;
    static final int ELOOP = 40;
    static final int EDQUOT = 122;

    private static final boolean AARCH64 = System.getProperty("os.arch", "").equals("aarch64");
    private static final VarHandle ERRNO =
            Linker.Option.captureStateLayout().varHandle(MemoryLayout.PathElement.groupElement("errno"));
    private static final MethodHandle SYSCALL = handle();

    private Kernel() {}

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
    static long call(Call call, long a, long b, long c, long d, long e) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(Linker.Option.captureStateLayout());
            long result = (long) SYSCALL.invokeExact(state, (long) call.number(), a, b, c, d, e);
            return result == -1 ? -(int) ERRNO.get(state, 0L) : result;
        } catch (Throwable e1) {
            throw new IllegalStateException("cannot call the kernel", e1);
        }
    }

    static long call(Call call, long a) {
        return call(call, a, 0, 0, 0, 0);
    }

    static long call(Call call, long a, long b) {
        return call(call, a, b, 0, 0, 0);
    }

    static long call(Call call, long a, long b, long c) {
        return call(call, a, b, c, 0, 0);
    }
}
