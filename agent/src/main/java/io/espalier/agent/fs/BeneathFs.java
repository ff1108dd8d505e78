package io.espalier.agent.fs;

import io.espalier.agent.fs.FsException.Kind;
import io.espalier.agent.fs.Kernel.Call;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * The real disk beneath a folder. Each operation opens the parent folder anew with
 * {@code openat2(RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS)} and works on that descriptor and a
 * single name, so that no race can lead it elsewhere. Needs Linux 5.6.
 */
public final class BeneathFs implements Fs, AutoCloseable {

    private static final int AT_FDCWD = -100;
    private static final long O_WRONLY = 01;
    private static final long O_CREAT = 0100;
    private static final long O_EXCL = 0200;
    private static final long O_APPEND = 02000;
    private static final long O_NONBLOCK = 04000;
    private static final long O_CLOEXEC = 02000000;
    private static final long O_PATH = 010000000;
    // These two swap their values between the architectures.
    private static final boolean ARM = System.getProperty("os.arch", "").equals("aarch64");
    private static final long O_DIRECTORY = ARM ? 040000 : 0200000;
    private static final long O_NOFOLLOW = ARM ? 0100000 : 0400000;

    private static final long RESOLVE_NO_MAGICLINKS = 0x02;
    private static final long RESOLVE_NO_SYMLINKS = 0x04;
    private static final long RESOLVE_BENEATH = 0x08;

    private static final int AT_SYMLINK_NOFOLLOW = 0x100;
    private static final int AT_REMOVEDIR = 0x200;
    private static final int AT_EMPTY_PATH = 0x1000;
    private static final int STATX_BASIC_STATS = 0x7ff;

    private static final long MOUNTED_READ_ONLY = 1;
    /** The most names of one folder that are listed. */
    private static final int MAX_NAMES = 1_000_000;

    private final int root;

    /** Beneath {@code folder}, which may itself be reached over links. */
    public BeneathFs(Path folder) throws FsException {
        try (Arena arena = Arena.ofConfined()) {
            String path = folder.toAbsolutePath().toString();
            root = openAt(arena, AT_FDCWD, path, O_PATH | O_DIRECTORY | O_CLOEXEC, 0, 0, path, "open root");
        }
    }

    @Override
    public void close() {
        Kernel.call(Call.CLOSE, root);
    }

    @Override
    public Optional<Entry> look(String path) throws FsException {
        try (Arena arena = Arena.ofConfined()) {
            int fd;
            try {
                fd = open(arena, path, O_PATH | O_NOFOLLOW, "look at");
            } catch (FsException e) {
                if (e.kind() == Kind.NOT_FOUND) {
                    return Optional.empty();
                }
                throw e;
            }
            try {
                return Optional.of(entry(arena, fd, path));
            } finally {
                Kernel.call(Call.CLOSE, fd);
            }
        }
    }

    private static Entry entry(Arena arena, int fd, String path) throws FsException {
        MemorySegment stat = arena.allocate(256, 8);
        check(
                Kernel.call(
                        Call.STATX,
                        fd,
                        arena.allocateFrom("").address(),
                        AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW,
                        STATX_BASIC_STATS,
                        stat.address()),
                "look at",
                path);
        int mode = Short.toUnsignedInt(stat.get(ValueLayout.JAVA_SHORT, 28));
        Entry.Kind kind = switch (mode & 0170000) {
            case 0100000 -> Entry.Kind.FILE;
            case 0040000 -> Entry.Kind.FOLDER;
            case 0120000 -> Entry.Kind.LINK;
            default -> Entry.Kind.OTHER;
        };
        long device = (long) stat.get(ValueLayout.JAVA_INT, 136) << 32
                | Integer.toUnsignedLong(stat.get(ValueLayout.JAVA_INT, 140));
        return new Entry(
                kind,
                device,
                stat.get(ValueLayout.JAVA_LONG, 32),
                stat.get(ValueLayout.JAVA_LONG, 40),
                mode & 07777,
                stat.get(ValueLayout.JAVA_INT, 20),
                stat.get(ValueLayout.JAVA_INT, 24),
                nanos(stat, 112),
                nanos(stat, 96));
    }

    private static long nanos(MemorySegment stat, long at) {
        return stat.get(ValueLayout.JAVA_LONG, at) * 1_000_000_000L + stat.get(ValueLayout.JAVA_INT, at + 8);
    }

    @Override
    public InputStream open(String path) throws FsException {
        try (Arena arena = Arena.ofConfined()) {
            int fd = open(arena, path, O_NOFOLLOW | O_NONBLOCK, "open");
            try {
                if (!entry(arena, fd, path).isFile()) {
                    throw new FsException(Kind.NOT_A_FILE, "open " + path + ": not a regular file");
                }
            } catch (FsException e) {
                Kernel.call(Call.CLOSE, fd);
                throw e;
            }
            return new Descriptor.Source(fd, path);
        }
    }

    @Override
    public OutputStream create(String path, int mode, int uid, int gid) throws FsException {
        try (Arena arena = Arena.ofConfined()) {
            int fd = openNew(arena, path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, "create");
            try {
                if (uid != Entry.UNCHANGED || gid != Entry.UNCHANGED) {
                    check(Kernel.call(Call.FCHOWN, fd, uid, gid), "set the owner of", path);
                }
                check(Kernel.call(Call.FCHMOD, fd, mode), "set the mode of", path);
            } catch (FsException e) {
                Kernel.call(Call.CLOSE, fd);
                throw e;
            }
            return new Descriptor.Sink(fd, path);
        }
    }

    @Override
    public void append(String path, byte[] bytes) throws FsException {
        try (Arena arena = Arena.ofConfined()) {
            int fd = openNew(arena, path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW, "append to");
            try (var out = new Descriptor.Sink(fd, path)) {
                out.write(bytes, 0, bytes.length);
            }
        }
    }

    @Override
    public void truncate(String path, long size) throws FsException {
        try (Arena arena = Arena.ofConfined()) {
            int fd = open(arena, path, O_WRONLY | O_NOFOLLOW | O_NONBLOCK, "truncate");
            closing(fd, Kernel.call(Call.FTRUNCATE, fd, size), "truncate", path);
        }
    }

    @Override
    public List<String> list(String folder) throws FsException {
        try (Arena arena = Arena.ofConfined()) {
            int fd = open(arena, folder, O_DIRECTORY, "list");
            try {
                var names = new ArrayList<String>();
                MemorySegment buffer = arena.allocate(32 << 10, 8);
                long length;
                while ((length = Kernel.call(Call.GETDENTS64, fd, buffer.address(), buffer.byteSize())) != 0) {
                    check(length, "list", folder);
                    for (long at = 0; at < length; ) {
                        String name = buffer.getString(at + 19);
                        if (!name.equals(".") && !name.equals("..")) {
                            names.add(name);
                        }
                        at += Short.toUnsignedInt(buffer.get(ValueLayout.JAVA_SHORT, at + 16));
                    }
                    if (names.size() > MAX_NAMES) {
                        throw new FsException(Kind.FAILED, "list " + folder + ": more than " + MAX_NAMES + " names");
                    }
                }
                Collections.sort(names);
                return names;
            } finally {
                Kernel.call(Call.CLOSE, fd);
            }
        }
    }

    @Override
    public void makeFolder(String path, int mode) throws FsException {
        inParent(path, "make folder", (arena, parent, name) -> {
            check(Kernel.call(Call.MKDIRAT, parent, name, mode), "make folder", path);
            return 0;
        });
        try (Arena arena = Arena.ofConfined()) { // whatever the umask says
            int fd = open(arena, path, O_DIRECTORY, "make folder");
            closing(fd, Kernel.call(Call.FCHMOD, fd, mode), "make folder", path);
        }
    }

    @Override
    public void rename(String from, String to) throws FsException {
        inParent(
                from,
                "rename",
                (_, fromParent, fromName) -> inParent(
                        to,
                        "rename",
                        (_, toParent, toName) ->
                                Kernel.call(Call.RENAMEAT2, fromParent, fromName, toParent, toName, 0)));
    }

    @Override
    public void remove(String path) throws FsException {
        inParent(path, "remove", (_, parent, name) -> Kernel.call(Call.UNLINKAT, parent, name, 0));
    }

    @Override
    public void removeFolder(String path) throws FsException {
        inParent(path, "remove folder", (_, parent, name) -> Kernel.call(Call.UNLINKAT, parent, name, AT_REMOVEDIR));
    }

    @Override
    public void makeLink(String path, String target, int uid, int gid) throws FsException {
        inParent(path, "make link", (arena, parent, name) -> {
            check(Kernel.call(Call.SYMLINKAT, text(arena, target), parent, name), "make link", path);
            return uid == Entry.UNCHANGED && gid == Entry.UNCHANGED
                    ? 0
                    : Kernel.call(Call.FCHOWNAT, parent, name, uid, gid, AT_SYMLINK_NOFOLLOW);
        });
    }

    @Override
    public String readLink(String path) throws FsException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment target = arena.allocate(4096);
            long length = inParent(
                    path,
                    "read link",
                    (_, parent, name) ->
                            Kernel.call(Call.READLINKAT, parent, name, target.address(), target.byteSize(), 0));
            return new String(target.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
        }
    }

    @Override
    public void sync(String path) throws FsException {
        try (Arena arena = Arena.ofConfined()) {
            int fd = open(arena, path, O_NOFOLLOW | O_NONBLOCK, "sync");
            closing(fd, Kernel.call(Call.FSYNC, fd), "sync", path);
        }
    }

    @Override
    public void syncFolder(String folder) throws FsException {
        try (Arena arena = Arena.ofConfined()) {
            int fd = open(arena, folder, O_DIRECTORY, "sync");
            closing(fd, Kernel.call(Call.FSYNC, fd), "sync", folder);
        }
    }

    @Override
    public void syncFilesystem(String folder) throws FsException {
        try (Arena arena = Arena.ofConfined()) {
            int fd = open(arena, folder, O_DIRECTORY, "sync");
            closing(fd, Kernel.call(Call.SYNCFS, fd), "sync the file system of", folder);
        }
    }

    @Override
    public Space space(String folder) throws FsException {
        try (Arena arena = Arena.ofConfined()) {
            int fd = open(arena, folder, O_DIRECTORY, "measure");
            MemorySegment stat = arena.allocate(120, 8);
            closing(fd, Kernel.call(Call.FSTATFS, fd, stat.address()), "measure", folder);
            long blockSize = stat.get(ValueLayout.JAVA_LONG, 8);
            boolean counted = stat.get(ValueLayout.JAVA_LONG, 16) != 0; // a tmpfs without a limit counts nothing
            boolean inodesCounted = stat.get(ValueLayout.JAVA_LONG, 40) != 0;
            return new Space(
                    counted ? stat.get(ValueLayout.JAVA_LONG, 32) * blockSize : Long.MAX_VALUE,
                    inodesCounted ? stat.get(ValueLayout.JAVA_LONG, 48) : Long.MAX_VALUE,
                    (stat.get(ValueLayout.JAVA_LONG, 80) & MOUNTED_READ_ONLY) != 0);
        }
    }

    /** Something to do with a name in an open folder; gives what the kernel answered. */
    private interface OnName {
        long apply(Arena arena, int parent, long name) throws FsException;
    }

    private long inParent(String path, String operation, OnName action) throws FsException {
        try (Arena arena = Arena.ofConfined()) {
            int parent = open(arena, Fs.folderOf(path), O_PATH | O_DIRECTORY, operation);
            try {
                return check(action.apply(arena, parent, text(arena, Fs.nameOf(path))), operation, path);
            } finally {
                Kernel.call(Call.CLOSE, parent);
            }
        }
    }

    private int openNew(Arena arena, String path, long flags, String operation) throws FsException {
        return openBeneath(arena, path, flags, 0600, operation);
    }

    private int open(Arena arena, String path, long flags, String operation) throws FsException {
        return openBeneath(arena, path, flags, 0, operation);
    }

    private int openBeneath(Arena arena, String path, long flags, int mode, String operation) throws FsException {
        String relative = path.length() > 1 ? path.substring(1) : ".";
        long resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
        try {
            return openAt(arena, root, relative, flags | O_CLOEXEC, mode, resolve, path, operation);
        } catch (FsException e) {
            throw e.kind() == Kind.LINK_IN_PATH ? namingTheLink(e, arena, path, operation) : e;
        }
    }

    private static int openAt(
            Arena arena, int at, String path, long flags, int mode, long resolve, String shown, String operation)
            throws FsException {
        MemorySegment how = arena.allocate(24, 8);
        how.set(ValueLayout.JAVA_LONG, 0, flags);
        how.set(ValueLayout.JAVA_LONG, 8, mode);
        how.set(ValueLayout.JAVA_LONG, 16, resolve);
        long name = text(arena, path);
        long fd;
        int tries = 0;
        do { // EAGAIN: the kernel could not rule out a race with a rename elsewhere
            fd = Kernel.call(Call.OPENAT2, at, name, how.address(), how.byteSize(), 0);
        } while ((fd == -Kernel.EINTR || fd == -Kernel.EAGAIN) && ++tries < 100);
        return (int) check(fd, operation, shown);
    }

    /** Says which folder of {@code path} is a link, and where to, so that the path can be mended. */
    private FsException namingTheLink(FsException found, Arena arena, String path, String operation) {
        String resolved = "";
        for (String name : path.substring(1).split("/", -1)) {
            resolved += "/" + name;
            try {
                int fd = openBeneathQuietly(arena, resolved);
                try {
                    if (entry(arena, fd, resolved).kind() == Entry.Kind.LINK) {
                        return new FsException(
                                Kind.LINK_IN_PATH,
                                operation + " " + path + ": " + resolved + " is a link to " + readLink(resolved)
                                        + ", and links are not followed; name the real path");
                    }
                } finally {
                    Kernel.call(Call.CLOSE, fd);
                }
            } catch (FsException moved) {
                return found;
            }
        }
        return found;
    }

    private int openBeneathQuietly(Arena arena, String path) throws FsException {
        return openAt(
                arena,
                root,
                path.substring(1),
                O_PATH | O_NOFOLLOW | O_CLOEXEC,
                0,
                RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
                path,
                "look at");
    }

    private static long text(Arena arena, String text) {
        return arena.allocateFrom(text).address();
    }

    private static void closing(int fd, long result, String operation, String path) throws FsException {
        Kernel.call(Call.CLOSE, fd);
        check(result, operation, path);
    }

    static long check(long result, String operation, String path) throws FsException {
        if (result >= 0) {
            return result;
        }
        int error = (int) -result;
        throw switch (error) {
            case Kernel.ENOENT -> new FsException(Kind.NOT_FOUND, operation + " " + path + ": not there");
            case Kernel.EEXIST -> new FsException(Kind.EXISTS, operation + " " + path + ": exists");
            case Kernel.ELOOP -> new FsException(Kind.LINK_IN_PATH, operation + " " + path + ": a link");
            case Kernel.ENOTDIR -> new FsException(Kind.NOT_A_FOLDER, operation + " " + path + ": not a folder");
            case Kernel.EISDIR -> new FsException(Kind.NOT_A_FILE, operation + " " + path + ": a folder");
            case Kernel.ENOTEMPTY -> new FsException(Kind.NOT_EMPTY, operation + " " + path + ": not empty");
            case Kernel.ENOSPC, Kernel.EDQUOT ->
                new FsException(Kind.NO_SPACE, operation + " " + path + ": no space left");
            case Kernel.EROFS ->
                new FsException(Kind.READ_ONLY, operation + " " + path + ": the file system is read-only");
            case Kernel.EACCES, Kernel.EPERM ->
                new FsException(Kind.DENIED, operation + " " + path + ": not permitted");
            case Kernel.ENAMETOOLONG -> new FsException(Kind.FAILED, operation + " " + path + ": name too long");
            case Kernel.ENOSYS ->
                new FsException(Kind.FAILED, operation + " " + path + ": this kernel is too old (Linux 5.6 is needed)");
            default -> new FsException(Kind.FAILED, operation + " " + path + ": error " + error);
        };
    }
}
