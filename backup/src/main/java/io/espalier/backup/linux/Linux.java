package io.espalier.backup.linux;

import io.espalier.backup.linux.Kernel.Call;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * Files by folder descriptor and name. No link is ever followed. Errors name what {@code shown} says, which is for people.
 * For one thread; needs Linux 5.6.
 */
public final class Linux implements AutoCloseable {

    /** Instead of a descriptor, for absolute paths. */
    public static final int NO_FOLDER = -100;

    private static final long O_WRONLY = 01;
    private static final long O_CREAT = 0100;
    private static final long O_EXCL = 0200;
    private static final long O_NONBLOCK = 04000;
    private static final long O_NOATIME = 01000000;
    private static final long O_CLOEXEC = 02000000;
    // These two swap their values between the architectures.
    private static final long O_DIRECTORY = Kernel.AARCH64 ? 040000 : 0200000;
    private static final long O_NOFOLLOW = Kernel.AARCH64 ? 0100000 : 0400000;

    private static final long BENEATH = 0x02 | 0x04 | 0x08; // no magic links, no links, not outside
    private static final int AT_SYMLINK_NOFOLLOW = 0x100;
    private static final int AT_REMOVEDIR = 0x200;
    private static final int AT_EMPTY_PATH = 0x1000;
    private static final int BASIC_STATS = 0x7ff;
    private static final int SEEK_DATA = 3;
    private static final int SEEK_HOLE = 4;
    private static final long RENAME_NOREPLACE = 1;

    private static final int BUFFER = 256 << 10;
    /** Longest text that is handed to the kernel, its end included. */
    private static final int TEXT = 1 << 16;
    /** Attributes of one file, names or one value. The kernel allows no more. */
    private static final int ATTRIBUTES = 64 << 10;

    private final Arena arena = Arena.ofConfined();
    private final Kernel kernel = new Kernel(arena);
    private final MemorySegment text = arena.allocate(TEXT);
    private final MemorySegment text2 = arena.allocate(TEXT);
    private final MemorySegment buffer = arena.allocate(BUFFER, 8);
    private final MemorySegment small = arena.allocate(256, 8);

    @Override
    public void close() {
        arena.close();
    }

    /** A run of bytes of a file that are not a hole. */
    public record Extent(long offset, long length) {}

    /** An extended attribute; ACLs are among them. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Attribute(String name, byte[] value) {}

    /** Opens a folder by an absolute path, which may lead over links. */
    public int openRoot(String path) throws LinuxException {
        return open(NO_FOLDER, path, O_DIRECTORY, 0, 0, path);
    }

    /** Opens the folder {@code path} beneath another. The empty path is that folder itself. */
    public int openBeneath(int folder, String path, String shown) throws LinuxException {
        return open(folder, path.isEmpty() ? "." : path, O_DIRECTORY, 0, BENEATH, shown);
    }

    /** Opens a folder that is in another. */
    public int openFolder(int folder, String name, String shown) throws LinuxException {
        return open(folder, name, O_DIRECTORY | O_NOFOLLOW, 0, 0, shown);
    }

    /** Opens a file to read, without a trace in its access time where that is allowed. Does not wait for a FIFO. */
    public int openToRead(int folder, String name, String shown) throws LinuxException {
        try {
            return open(folder, name, O_NOFOLLOW | O_NONBLOCK | O_NOATIME, 0, 0, shown);
        } catch (LinuxException e) {
            if (e.error() != LinuxException.EPERM) {
                throw e;
            }
            return open(folder, name, O_NOFOLLOW | O_NONBLOCK, 0, 0, shown);
        }
    }

    /** Makes a file that did not exist, mode 0600. */
    public int create(int folder, String name, String shown) throws LinuxException {
        return open(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600, 0, shown);
    }

    private int open(int folder, String path, long flags, int mode, long resolve, String shown) throws LinuxException {
        small.set(ValueLayout.JAVA_LONG, 0, flags | O_CLOEXEC);
        small.set(ValueLayout.JAVA_LONG, 8, mode);
        small.set(ValueLayout.JAVA_LONG, 16, resolve);
        long name = put(text, path, shown);
        long fd;
        int tries = 0;
        do { // EAGAIN: the kernel could not rule out a race with a rename elsewhere
            fd = kernel.call(Call.OPENAT2, folder, name, small.address(), 24);
        } while ((fd == -LinuxException.EINTR || fd == -LinuxException.EAGAIN) && ++tries < 100);
        return (int) check(fd, "open", shown);
    }

    public void close(int fd) {
        kernel.call(Call.CLOSE, fd);
    }

    /** As {@link #close(int)}, where a failure means that bytes were lost. */
    public void closeWritten(int fd, String shown) throws LinuxException {
        check(kernel.call(Call.CLOSE, fd), "close", shown);
    }

    /** What is called {@code name} in a folder, a link itself included; empty if nothing is. */
    public Optional<Status> look(int folder, String name, String shown) throws LinuxException {
        long result = kernel.call(
                Call.STATX, folder, put(text, name, shown), AT_SYMLINK_NOFOLLOW, BASIC_STATS, small.address());
        if (result == -LinuxException.ENOENT) {
            return Optional.empty();
        }
        check(result, "look at", shown);
        return Optional.of(status());
    }

    /** What is open. */
    public Status look(int fd, String shown) throws LinuxException {
        text.set(ValueLayout.JAVA_BYTE, 0, (byte) 0);
        check(
                kernel.call(Call.STATX, fd, text.address(), AT_EMPTY_PATH, BASIC_STATS, small.address()),
                "look at",
                shown);
        return status();
    }

    private Status status() {
        return new Status(
                Short.toUnsignedInt(small.get(ValueLayout.JAVA_SHORT, 28)),
                small.get(ValueLayout.JAVA_INT, 20),
                small.get(ValueLayout.JAVA_INT, 24),
                small.get(ValueLayout.JAVA_INT, 16),
                small.get(ValueLayout.JAVA_LONG, 32),
                pair(136),
                small.get(ValueLayout.JAVA_LONG, 40),
                small.get(ValueLayout.JAVA_LONG, 48),
                small.get(ValueLayout.JAVA_LONG, 96),
                small.get(ValueLayout.JAVA_INT, 104),
                small.get(ValueLayout.JAVA_LONG, 112),
                small.get(ValueLayout.JAVA_INT, 120),
                pair(128));
    }

    private long pair(long at) {
        return (long) small.get(ValueLayout.JAVA_INT, at) << 32
                | Integer.toUnsignedLong(small.get(ValueLayout.JAVA_INT, at + 4));
    }

    /** The names in an open folder, sorted by their bytes. */
    public List<String> list(int folder, String shown) throws LinuxException {
        var names = new ArrayList<String>();
        long length;
        while ((length = kernel.call(Call.GETDENTS64, folder, buffer.address(), BUFFER)) != 0) {
            check(length, "list", shown);
            for (long at = 0; at < length; ) {
                String name = buffer.getString(at + 19, StandardCharsets.ISO_8859_1);
                if (!name.equals(".") && !name.equals("..")) {
                    names.add(name);
                }
                at += Short.toUnsignedInt(buffer.get(ValueLayout.JAVA_SHORT, at + 16));
            }
        }
        Collections.sort(names);
        return names;
    }

    /** Reads into {@code bytes}; gives how many, 0 at the end. */
    public int read(int fd, byte[] bytes, int at, int most, String shown) throws LinuxException {
        long count;
        do {
            count = kernel.call(Call.READ, fd, buffer.address(), Math.min(most, BUFFER));
        } while (count == -LinuxException.EINTR);
        check(count, "read", shown);
        MemorySegment.copy(buffer, ValueLayout.JAVA_BYTE, 0, bytes, at, (int) count);
        return (int) count;
    }

    /** Where an open file has bytes, in order. */
    public List<Extent> extents(int fd, long size, String shown) throws LinuxException {
        var extents = new ArrayList<Extent>();
        for (long at = 0; at < size; ) {
            long data = kernel.call(Call.LSEEK, fd, at, SEEK_DATA);
            if (data == -LinuxException.ENXIO) {
                break; // a hole up to the end
            }
            check(data, "seek in", shown);
            long hole = Math.min(size, check(kernel.call(Call.LSEEK, fd, data, SEEK_HOLE), "seek in", shown));
            if (hole <= data) {
                break;
            }
            extents.add(new Extent(data, hole - data));
            at = hole;
        }
        return extents;
    }

    public void seek(int fd, long at, String shown) throws LinuxException {
        check(kernel.call(Call.LSEEK, fd, at, 0), "seek in", shown);
    }

    public void write(int fd, byte[] bytes, int from, int length, long at, String shown) throws LinuxException {
        while (length > 0) {
            int part = Math.min(length, BUFFER);
            MemorySegment.copy(bytes, from, buffer, ValueLayout.JAVA_BYTE, 0, part);
            long count = kernel.call(Call.PWRITE64, fd, buffer.address(), part, at);
            if (count != -LinuxException.EINTR) {
                check(count, "write", shown);
                from += (int) count;
                length -= (int) count;
                at += count;
            }
        }
    }

    public void truncate(int fd, long size, String shown) throws LinuxException {
        check(kernel.call(Call.FTRUNCATE, fd, size), "truncate", shown);
    }

    public String readLink(int folder, String name, String shown) throws LinuxException {
        long length = kernel.call(Call.READLINKAT, folder, put(text, name, shown), buffer.address(), TEXT);
        check(length, "read link", shown);
        return Names.of(buffer.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE));
    }

    public void makeFolder(int folder, String name, String shown) throws LinuxException {
        check(kernel.call(Call.MKDIRAT, folder, put(text, name, shown), 0700), "make folder", shown);
    }

    public void makeLink(int folder, String name, String target, String shown) throws LinuxException {
        check(
                kernel.call(Call.SYMLINKAT, put(text2, target, shown), folder, put(text, name, shown)),
                "make link",
                shown);
    }

    /** Another name for the file {@code from}. */
    public void makeHardLink(int fromFolder, String from, int folder, String name, String shown) throws LinuxException {
        check(
                kernel.call(Call.LINKAT, fromFolder, put(text2, from, shown), folder, put(text, name, shown)),
                "make hard link",
                shown);
    }

    /** Makes a FIFO, a socket's name or a device, mode 0600. */
    public void makeSpecial(int folder, String name, int type, long special, String shown) throws LinuxException {
        long major = special >>> 32;
        long minor = special & 0xffffffffL;
        long device = (minor & 0xff) | (major & 0xfff) << 8 | (minor & ~0xffL) << 12 | (major & ~0xfffL) << 32;
        check(kernel.call(Call.MKNODAT, folder, put(text, name, shown), type | 0600, device), "make", shown);
    }

    /** In one step; what is at {@code to} is replaced, or with {@code onlyNew} in the way. */
    public void rename(int folder, String from, String to, boolean onlyNew, String shown) throws LinuxException {
        long flags = onlyNew ? RENAME_NOREPLACE : 0;
        check(
                kernel.call(Call.RENAMEAT2, folder, put(text, from, shown), folder, put(text2, to, shown), flags),
                "put in place",
                shown);
    }

    public void remove(int folder, String name, boolean isFolder, String shown) throws LinuxException {
        check(kernel.call(Call.UNLINKAT, folder, put(text, name, shown), isFolder ? AT_REMOVEDIR : 0), "remove", shown);
    }

    public void own(int folder, String name, int uid, int gid, String shown) throws LinuxException {
        check(
                kernel.call(Call.FCHOWNAT, folder, put(text, name, shown), uid, gid, AT_SYMLINK_NOFOLLOW),
                "set the owner of",
                shown);
    }

    /** Not for links, which it would follow. */
    public void permit(int folder, String name, int permissions, String shown) throws LinuxException {
        check(kernel.call(Call.FCHMODAT, folder, put(text, name, shown), permissions), "set the mode of", shown);
    }

    /** Of an open file or folder. */
    public void permit(int fd, int permissions, String shown) throws LinuxException {
        check(kernel.call(Call.FCHMOD, fd, permissions), "set the mode of", shown);
    }

    /** Sets the time of the last change of content; the access time becomes the same. */
    public void touch(int folder, String name, long seconds, int nanos, String shown) throws LinuxException {
        for (int i = 0; i < 2; i++) {
            small.set(ValueLayout.JAVA_LONG, i * 16L, seconds);
            small.set(ValueLayout.JAVA_LONG, i * 16L + 8, nanos);
        }
        check(
                kernel.call(Call.UTIMENSAT, folder, put(text, name, shown), small.address(), AT_SYMLINK_NOFOLLOW),
                "set the time of",
                shown);
    }

    /** All extended attributes, sorted by name; none where the file system knows no such thing. */
    public List<Attribute> attributes(int folder, String name, String shown) throws LinuxException {
        long path = put(text, inFolder(folder, name), shown);
        long length = kernel.call(Call.LLISTXATTR, path, buffer.address(), ATTRIBUTES);
        if (length == 0 || length == -LinuxException.EOPNOTSUPP) {
            return List.of();
        }
        check(length, "list the attributes of", shown);
        String names = Names.of(buffer.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE));
        var attributes = new ArrayList<Attribute>();
        for (String attribute : names.split("\0", -1)) {
            if (attribute.isEmpty()) {
                continue; // behind the last one
            }
            long size = kernel.call(Call.LGETXATTR, path, put(text2, attribute, shown), buffer.address(), ATTRIBUTES);
            if (size == -LinuxException.ENODATA || size == -LinuxException.EOPNOTSUPP) {
                continue; // removed meanwhile, or one that only lists
            }
            check(size, "read attribute " + Names.shown(attribute) + " of", shown);
            attributes.add(new Attribute(attribute, buffer.asSlice(0, size).toArray(ValueLayout.JAVA_BYTE)));
        }
        attributes.sort((one, other) -> one.name.compareTo(other.name));
        return attributes;
    }

    public void setAttribute(int folder, String name, Attribute attribute, String shown) throws LinuxException {
        if (attribute.value.length > ATTRIBUTES) {
            throw new LinuxException("set an attribute of", shown, LinuxException.ERANGE);
        }
        MemorySegment.copy(attribute.value, 0, buffer, ValueLayout.JAVA_BYTE, 0, attribute.value.length);
        check(
                kernel.call(
                        Call.LSETXATTR,
                        put(text, inFolder(folder, name), shown),
                        put(text2, attribute.name, shown),
                        buffer.address(),
                        attribute.value.length),
                "set attribute " + Names.shown(attribute.name) + " of",
                shown);
    }

    /** The calls for attributes know no folder descriptors; the way over /proc is as safe. */
    private static String inFolder(int folder, String name) {
        return "/proc/self/fd/" + folder + "/" + name;
    }

    /** Makes everything durable on the file system that holds an open folder. */
    public void syncFilesystem(int folder, String shown) throws LinuxException {
        check(kernel.call(Call.SYNCFS, folder), "sync the file system of", shown);
    }

    public boolean isRoot() {
        return kernel.call(Call.GETEUID, 0) == 0;
    }

    private static long put(MemorySegment where, String value, String shown) throws LinuxException {
        if (value.length() >= TEXT || value.indexOf('\0') >= 0) {
            throw new LinuxException("use", shown, LinuxException.ENAMETOOLONG);
        }
        where.setString(0, value, StandardCharsets.ISO_8859_1);
        return where.address();
    }

    private static long check(long result, String operation, String shown) throws LinuxException {
        if (result < 0) {
            throw new LinuxException(operation, shown, (int) -result);
        }
        return result;
    }
}
