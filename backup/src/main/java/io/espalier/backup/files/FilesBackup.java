package io.espalier.backup.files;

import io.espalier.backup.chunk.ChunkBuffer;
import io.espalier.backup.chunk.ChunkSizes;
import io.espalier.backup.chunk.Chunker;
import io.espalier.backup.linux.Linux;
import io.espalier.backup.linux.Linux.Extent;
import io.espalier.backup.linux.LinuxException;
import io.espalier.backup.linux.Names;
import io.espalier.backup.linux.Status;
import io.espalier.backup.repository.ChunkId;
import io.espalier.backup.repository.Family;
import io.espalier.backup.repository.Session;
import io.espalier.backup.repository.Snapshot;
import io.espalier.backup.repository.Verdict;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One run over trees of files. For one thread. */
public final class FilesBackup implements AutoCloseable {

    /** A file that keeps changing is read so often. */
    private static final int TRIES = 2;

    /** File systems stamp times by a clock that ticks every 4 to 10 ms; a change within one tick leaves no trace. */
    private static final long TICK_NANOS = 20_000_000;

    private static final int MOST_NOTES = 1000;

    private final FilesPlan plan;
    private final Session session;
    private final InstantSource clock;
    private final Progress progress;
    private final Linux linux = new Linux();
    private final Listing.Writer listing;
    private final ChunkBuffer buffer;
    private final FileCache.Reader before;
    private final Optional<FileCache.Writer> after;
    private final Set<String> never = new HashSet<>();
    private final Map<List<Long>, Group> groups = new HashMap<>();
    private final List<String> notes = new ArrayList<>();
    private long entries;
    private long bytes;
    private long read;
    private long unreadable;
    private long torn;
    private long lastGroup;

    /** The names of one file: what was stored at the first, and how many are still to come. */
    private record Group(Node first, int left) {}

    private FilesBackup(FilesPlan plan, Session session, InstantSource clock, Progress progress) throws IOException {
        this.plan = plan;
        this.session = session;
        this.clock = clock;
        this.progress = progress;
        this.listing = new Listing.Writer(session);
        this.buffer = new ChunkBuffer(new Chunker(session.key().gear(), ChunkSizes.CONTENT));
        Path none = Path.of("/nonexistent");
        this.before = FileCache.Reader.open(plan.cache().orElse(none));
        this.after = plan.cache().isPresent()
                ? Optional.of(FileCache.Writer.open(plan.cache().get()))
                : Optional.empty();
        plan.never().forEach(path -> never.add(FilesPlan.nameOf(path)));
        for (String folder : FilesPlan.KERNEL_FOLDERS) {
            if (plan.roots().stream().noneMatch(root -> Names.isBelow(FilesPlan.nameOf(root), folder))) {
                never.add(folder);
            }
        }
    }

    /**
     * What a run did.
     *
     * @param read how many bytes of content had to be read
     * @param notes for people
     */
    public record Result(Snapshot snapshot, long entries, long bytes, long read, long unreadable, List<String> notes) {}

    /** Backs up and ends the session with a snapshot. A file that cannot be read does not stop it, but makes it bad. */
    public static Result run(FilesPlan plan, Session session, InstantSource clock, Progress progress)
            throws IOException, InterruptedException {
        try (var backup = new FilesBackup(plan, session, clock, progress)) {
            return backup.run();
        }
    }

    private Result run() throws IOException, InterruptedException {
        String shared = null; // the folders on the way to the root before
        for (Path root : plan.roots()) {
            String path = FilesPlan.nameOf(root);
            shared = ancestors(path, shared);
            root(path);
        }
        List<ChunkId> chunks = listing.finish();
        session.flush();
        Optional<Verdict.Failed> verdict = Optional.empty();
        if (unreadable > 0) {
            verdict = Optional.of(
                    new Verdict.Failed("UNREADABLE", count(unreadable, "entry", "entries") + " could not be read"));
        } else if (torn > 0 && plan.isStrict()) {
            verdict = Optional.of(new Verdict.Failed(
                    "CHANGED_WHILE_READ", count(torn, "file", "files") + " changed while being read"));
        }
        var inside =
                new Snapshot.Inside(plan.roots().stream().map(Path::toString).toList(), chunks, notes);
        Snapshot snapshot =
                session.commit(new Session.Draft(plan.host(), plan.source(), verdict, entries, bytes, inside));
        if (after.isPresent()) {
            after.get().commit();
        }
        return new Result(snapshot, entries, bytes, read, unreadable, List.copyOf(notes));
    }

    private static String count(long number, String one, String many) {
        return number + " " + (number == 1 ? one : many);
    }

    /** The folders above a root, so that a restore can make them as they were. */
    private String ancestors(String path, @Nullable String shared) throws IOException, InterruptedException {
        String folder = path.isEmpty() ? "" : Names.folderOf(path);
        var way = new ArrayList<String>();
        for (String at = folder; !at.isEmpty(); at = Names.folderOf(at)) {
            way.addFirst(at);
        }
        for (String at : way) {
            if (shared == null || !Names.isBelow(shared, at)) {
                int parent = linux.openRoot(plan.real(Names.folderOf(at)));
                try {
                    Optional<Status> status = linux.look(parent, Names.nameOf(at), "/" + Names.shown(at));
                    if (status.isPresent() && status.get().isFolder()) {
                        add(node(parent, at, status.get(), ""));
                    }
                } finally {
                    linux.close(parent);
                }
            }
        }
        return folder;
    }

    private void root(String path) throws IOException, InterruptedException {
        if (path.isEmpty()) {
            int fd = linux.openRoot(plan.real(""));
            try {
                folder(fd, "", linux.look(fd, "/").device());
            } finally {
                linux.close(fd);
            }
            return;
        }
        String shown = "/" + Names.shown(path);
        int parent;
        try {
            parent = linux.openRoot(plan.real(Names.folderOf(path)));
        } catch (LinuxException e) {
            throw new IOException("nothing is backed up: " + e.getMessage(), e);
        }
        try {
            Status status = linux.look(parent, Names.nameOf(path), shown)
                    .orElseThrow(() -> new IOException("nothing is backed up: there is no " + shown));
            entry(parent, path, status.device());
        } finally {
            linux.close(parent);
        }
    }

    private void folder(int fd, String path, long device) throws IOException, InterruptedException {
        List<String> names;
        try {
            names = linux.list(fd, "/" + Names.shown(path));
        } catch (LinuxException e) {
            unreadable(e);
            return;
        }
        for (String name : names) {
            entry(fd, path.isEmpty() ? name : path + "/" + name, device);
        }
    }

    private void entry(int parent, String path, long device) throws IOException, InterruptedException {
        String name = Names.nameOf(path);
        String shown = "/" + Names.shown(path);
        Optional<Status> found;
        try {
            found = linux.look(parent, name, shown);
        } catch (LinuxException e) {
            unreadable(e);
            return;
        }
        if (found.isEmpty()) {
            return; // removed since the folder was listed
        }
        Status status = found.get();
        if (never.contains(path) || plan.excludes().leaveOut(path, status.isFolder())) {
            return;
        }
        progress.at(entries, bytes, shown);
        try {
            switch (status.type()) {
                case Status.FILE -> file(parent, path, status, shown);
                case Status.FOLDER -> {
                    add(node(parent, path, status, ""));
                    if (!plan.staysOnFileSystem() || status.device() == device) {
                        int fd = linux.openFolder(parent, name, shown);
                        try {
                            folder(fd, path, device);
                        } finally {
                            linux.close(fd);
                        }
                    }
                }
                case Status.LINK -> add(node(parent, path, status, linux.readLink(parent, name, shown)));
                case Status.SOCKET -> {} // its server makes it anew
                default -> add(node(parent, path, status, ""));
            }
        } catch (LinuxException e) {
            if (e.error() != LinuxException.ENOENT) {
                unreadable(e);
            }
        }
    }

    private void unreadable(LinuxException e) {
        unreadable++;
        note(String.valueOf(e.getMessage()));
    }

    private void note(String text) {
        if (notes.size() < MOST_NOTES) {
            notes.add(text);
        }
    }

    private void add(Node node) throws IOException, InterruptedException {
        listing.add(node);
        entries++;
        bytes += node.size();
    }

    private Node node(int parent, String path, Status status, String target) throws LinuxException {
        return new Node(
                path,
                status.type(),
                status.permissions(),
                status.uid(),
                status.gid(),
                status.modifiedSeconds(),
                status.modifiedNanos(),
                linux.attributes(parent, Names.nameOf(path), "/" + Names.shown(path)),
                target,
                status.special(),
                0,
                0,
                false,
                List.of(),
                List.of());
    }

    private void file(int parent, String path, Status status, String shown) throws IOException, InterruptedException {
        var key = List.of(status.device(), status.inode());
        Group group = status.links() > 1 ? groups.get(key) : null;
        if (group != null) {
            add(named(group.first, path, group.first.group()));
            if (group.left > 1) {
                groups.put(key, new Group(group.first, group.left - 1));
            } else {
                groups.remove(key); // all names were seen
            }
            return;
        }
        long number = status.links() > 1 ? ++lastGroup : 0;
        Optional<Node> known = before.find(path)
                .filter(seen -> isUnchanged(seen, status))
                .map(seen -> named(seen.node(), path, number));
        Node node;
        if (known.isPresent()) {
            node = known.get();
            remember(node, status);
        } else {
            node = read(parent, path, shown, number);
        }
        add(node);
        if (number > 0) {
            groups.put(key, new Group(node, status.links() - 1));
        }
    }

    private boolean isUnchanged(FileCache.Seen seen, Status status) {
        if (!seen.status().hasSameContentAs(status)
                || seen.status().mode() != status.mode()
                || seen.status().uid() != status.uid()
                || seen.status().gid() != status.gid()) {
            return false;
        }
        for (ChunkId chunk : seen.node().chunks()) {
            if (!session.reuse(chunk)) {
                return false; // the repository does not have it (any more): never rely on memory
            }
        }
        return true;
    }

    private static Node named(Node node, String path, long group) {
        if (node.path().equals(path) && node.group() == group) {
            return node;
        }
        return new Node(
                path,
                node.type(),
                node.permissions(),
                node.uid(),
                node.gid(),
                node.seconds(),
                node.nanos(),
                node.attributes(),
                "",
                0,
                node.size(),
                group,
                node.isTorn(),
                node.extents(),
                node.chunks());
    }

    private void remember(Node node, Status status) throws IOException {
        if (after.isEmpty() || node.isTorn()) {
            return;
        }
        Instant now = clock.instant();
        long age = (now.getEpochSecond() - status.changedSeconds()) * 1_000_000_000L
                + now.getNano()
                - status.changedNanos();
        if (age > TICK_NANOS) {
            after.get().add(node, status);
        }
    }

    private Node read(int parent, String path, String shown, long group) throws IOException, InterruptedException {
        String name = Names.nameOf(path);
        int fd = linux.openToRead(parent, name, shown);
        try {
            Status start = linux.look(fd, shown);
            if (!start.isFile()) {
                throw new LinuxException("read", shown, LinuxException.ENOENT); // replaced meanwhile
            }
            for (int attempt = 1; ; attempt++) {
                List<Extent> extents = List.of();
                if (start.size() > 0 && start.blocks() * 512 < start.size()) {
                    extents = linux.extents(fd, start.size(), shown);
                    if (extents.isEmpty()) {
                        extents = List.of(new Extent(0, 0)); // one hole
                    } else if (extents.equals(List.of(new Extent(0, start.size())))) {
                        extents = List.of();
                    }
                }
                var chunks = new ArrayList<ChunkId>();
                long count = content(fd, extents, start.size(), chunks, shown);
                Status end = linux.look(fd, shown);
                long expected = extents.isEmpty()
                        ? start.size()
                        : extents.stream().mapToLong(Extent::length).sum();
                boolean isWhole = count == expected && end.hasSameContentAs(start);
                if (isWhole || (attempt == TRIES && count == expected)) {
                    Node node = new Node(
                            path,
                            Status.FILE,
                            end.permissions(),
                            end.uid(),
                            end.gid(),
                            start.modifiedSeconds(),
                            start.modifiedNanos(),
                            linux.attributes(parent, name, shown),
                            "",
                            0,
                            start.size(),
                            group,
                            !isWhole,
                            extents,
                            chunks);
                    if (isWhole) {
                        remember(node, end);
                    } else {
                        torn++;
                        note(shown + " changed while it was read");
                    }
                    return node;
                }
                if (attempt >= 2 * TRIES) {
                    throw new LinuxException(
                            "read all of " + shown + " (it keeps becoming shorter);", shown, LinuxException.EIO);
                }
                linux.seek(fd, 0, shown);
                start = end;
            }
        } finally {
            buffer.clear();
            linux.close(fd);
        }
    }

    /** How many bytes there were, at most those of the extents or {@code size}. */
    private long content(int fd, List<Extent> extents, long size, List<ChunkId> chunks, String shown)
            throws IOException, InterruptedException {
        long total = 0;
        for (Extent extent : extents.isEmpty() ? List.of(new Extent(0, size)) : extents) {
            if (!extents.isEmpty()) {
                linux.seek(fd, extent.offset(), shown);
            }
            long left = extent.length();
            while (left > 0) {
                int most = (int) Math.min(left, buffer.room());
                int count = linux.read(fd, buffer.array(), buffer.end(), most, shown);
                if (count == 0) {
                    break;
                }
                left -= count;
                total += count;
                read += count;
                buffer.filled(count, (filled, from, length) -> chunks.add(store(filled, from, length)));
                progress.at(entries, bytes + total, shown);
            }
        }
        buffer.finish((filled, from, length) -> chunks.add(store(filled, from, length)));
        return total;
    }

    private ChunkId store(byte[] content, int from, int length) throws IOException, InterruptedException {
        return session.store(Family.CONTENT, content, from, length);
    }

    @Override
    public void close() throws IOException {
        linux.close();
        before.close();
        if (after.isPresent()) {
            after.get().close();
        }
    }
}
