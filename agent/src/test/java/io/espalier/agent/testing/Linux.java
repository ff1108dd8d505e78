package io.espalier.agent.testing;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What tests ask of the kernel: mounts that nobody else sees, power cuts, swaps. */
public final class Linux {

    private static final long CLONE_NEWNS = 0x00020000;
    private static final long MS_PRIVATE_ALL = 1 << 18 | 1 << 14;
    private static final long AT_FDCWD = -100;
    private static final long O_RDONLY_CLOEXEC = 02000000;
    private static final long RENAME_EXCHANGE = 2;
    /** Of ext4 and xfs: {@code _IOR('X', 125, __u32)}; 2 means that not even the log is flushed. */
    private static final long SHUTDOWN = 0x8004587dL;

    private static final int NO_LOG_FLUSH = 2;

    private static final boolean ARM = System.getProperty("os.arch", "").equals("aarch64");
    private static final MethodHandle SYSCALL = handle();

    private Linux() {}

    /** Something that may fail. */
    @FunctionalInterface
    public interface Work {
        void run() throws Exception;
    }

    public static boolean isRoot() {
        return "root".equals(System.getProperty("user.name"));
    }

    @SuppressWarnings("restricted")
    private static MethodHandle handle() {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(
                linker.defaultLookup().findOrThrow("syscall"),
                FunctionDescriptor.of(
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG),
                Linker.Option.firstVariadicArg(1));
    }

    private static long call(long amd64, long arm64, long a, long b, long c, long d, long e) {
        try {
            return (long) SYSCALL.invokeExact(ARM ? arm64 : amd64, a, b, c, d, e);
        } catch (Throwable impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /**
     * Runs on a thread of its own, whose mounts, and those of the programs that it starts, nobody else sees; they are
     * gone when it ends. Needs root.
     */
    public static void withOwnMounts(Work work) throws Exception {
        var failure = new Throwable[1];
        var thread = new Thread(
                () -> {
                    try (Arena arena = Arena.ofConfined()) {
                        long none = arena.allocateFrom("none").address();
                        long root = arena.allocateFrom("/").address();
                        if (call(272, 97, CLONE_NEWNS, 0, 0, 0, 0) != 0
                                || call(165, 40, none, root, 0, MS_PRIVATE_ALL, 0) != 0) {
                            throw new IOException("no mount namespace of our own");
                        }
                        work.run();
                    } catch (Throwable e) {
                        failure[0] = e;
                    }
                },
                "own mounts");
        thread.start();
        thread.join();
        if (failure[0] instanceof Error error) {
            throw error;
        }
        if (failure[0] instanceof Exception exception) {
            throw exception;
        }
    }

    /** Runs a program that must end well within a minute. */
    public static void run(String... argv) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(argv).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        if (!process.waitFor(1, TimeUnit.MINUTES) || process.exitValue() != 0) {
            process.destroyForcibly();
            throw new IOException(String.join(" ", argv) + ": " + output);
        }
    }

    /** Whether it ended well. */
    public static boolean runs(String... argv) throws InterruptedException {
        try {
            run(argv);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static int openFolder(Path path) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            long name = arena.allocateFrom(path.toString()).address();
            int fd = (int) call(257, 56, AT_FDCWD, name, O_RDONLY_CLOEXEC, 0, 0);
            if (fd < 0) {
                throw new IOException("cannot open " + path);
            }
            return fd;
        }
    }

    /** An open folder: stays the same one, whatever becomes of its name. */
    public static final class Folder implements AutoCloseable {

        private final int fd;

        public Folder(Path path) throws IOException {
            fd = openFolder(path);
        }

        /** Swaps what two names in it stand for, in one step. */
        public boolean exchange(String one, String other) {
            try (Arena arena = Arena.ofConfined()) {
                long a = arena.allocateFrom(one).address();
                long b = arena.allocateFrom(other).address();
                return call(316, 276, fd, a, fd, b, RENAME_EXCHANGE) == 0;
            }
        }

        @Override
        public void close() {
            call(3, 57, fd, 0, 0, 0, 0);
        }
    }

    /** The switch of a machine whose disk holds a file system. */
    public static final class PowerSwitch implements AutoCloseable {

        private final int fd;

        /** @param mounted where the file system is mounted */
        public PowerSwitch(Path mounted) throws IOException {
            fd = openFolder(mounted);
        }

        /** From now on nothing reaches the disk any more. */
        public void cut() {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment how = arena.allocateFrom(ValueLayout.JAVA_INT, NO_LOG_FLUSH);
                if (call(16, 29, fd, SHUTDOWN, how.address(), 0, 0) != 0) {
                    throw new IllegalStateException("the file system cannot be shut down");
                }
            }
        }

        @Override
        public void close() {
            call(3, 57, fd, 0, 0, 0, 0);
        }
    }

    /** Writes until the file system that holds {@code file} is full to the last byte. */
    public static void fill(Path file) {
        byte[] piece = new byte[64 << 10];
        for (int size = piece.length; size > 0; size /= 2) {
            try (var out = Files.newOutputStream(
                    file, java.nio.file.StandardOpenOption.CREATE, java.nio.file.StandardOpenOption.APPEND)) {
                while (true) {
                    out.write(piece, 0, size);
                }
            } catch (IOException full) {
                continue;
            }
        }
    }

    /** The names of all programs in {@code names} that are not there. */
    public static List<String> missing(String... names) {
        return List.of(names).stream()
                .filter(name -> List.of("/usr/bin", "/usr/sbin", "/bin", "/sbin").stream()
                        .noneMatch(folder -> Files.isExecutable(Path.of(folder, name))))
                .toList();
    }
}
