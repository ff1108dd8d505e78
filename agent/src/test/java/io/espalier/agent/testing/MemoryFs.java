package io.espalier.agent.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.espalier.agent.fs.Entry;
import io.espalier.agent.fs.Fs;
import io.espalier.agent.fs.FsException;
import io.espalier.agent.fs.FsException.Kind;
import io.espalier.agent.fs.Space;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * A disk in memory that forgets at a power cut what was not synced. It is harsher than any real file system: names
 * that were not synced are lost or kept one by one, in any combination, and bytes that were not synced are old, new,
 * or torn, whether the name that leads to them was kept or not.
 *
 * <p>Every change calls the hook first, which may throw {@link PowerCut} or an {@link FsException}.
 */
public final class MemoryFs implements Fs {

    /** The machine stops here. An error, so that nothing in the agent catches it. */
    public static final class PowerCut extends Error {
        private static final long serialVersionUID = 1L;
    }

    /** Called before each change with its name and path, such as {@code sync /etc/motd}. */
    @FunctionalInterface
    public interface Hook {
        /** Says whether the change is done, or only claimed to be. */
        boolean before(String change) throws FsException;
    }

    /** Decides what became of something that was not synced. */
    @FunctionalInterface
    public interface Fate {
        /** One of so many choices; the first is as before, the last as if it had been synced. */
        int choose(int choices);
    }

    private static final class Node {
        final Entry.Kind kind;
        final long device;
        final long inode;
        final SortedMap<String, Node> names = new TreeMap<>();
        byte[] bytes = {};
        String target = "";
        int mode;
        int uid;
        int gid;
        long modified;
        /** What a power cut leaves. */
        byte[] durableBytes = {};

        int durableMode = 0600;
        int durableUid;
        int durableGid;
        final SortedMap<String, Node> durableNames = new TreeMap<>();

        Node(Entry.Kind kind, long device, long inode) {
            this.kind = kind;
            this.device = device;
            this.inode = inode;
        }

        void settle() {
            durableBytes = bytes;
            durableMode = mode;
            durableUid = uid;
            durableGid = gid;
        }
    }

    /** A change of names that is not durable yet; done whole or not at all. */
    private record Renaming(Node from, String fromName, Node to, String toName, Node node) {
        void settle() {
            if (from != null) {
                from.durableNames.remove(fromName);
            }
            if (to != null) {
                to.durableNames.put(toName, node);
            }
        }

        boolean touches(Node folder) {
            return folder == from || folder == to;
        }
    }

    private final Node root;
    private final Map<String, Long> devices;
    private final List<Renaming> pending = new ArrayList<>();
    private Hook hook = _ -> true;
    private long inodes;
    private long time;

    public MemoryFs() {
        this(Map.of());
    }

    /** @param devices folders that are the root of another file system */
    public MemoryFs(Map<String, Long> devices) {
        this.devices = devices;
        this.root = new Node(Entry.Kind.FOLDER, 1, ++inodes);
        root.mode = 0755;
        root.durableMode = 0755;
    }

    private MemoryFs(Node root, Map<String, Long> devices, long inodes, long time) {
        this.root = root;
        this.devices = devices;
        this.inodes = inodes;
        this.time = time;
    }

    public void hook(Hook newHook) {
        hook = newHook;
    }

    // ---- the power cut ----

    /** The disk after a power cut now, as it could be found; this one is not changed. */
    public MemoryFs afterPowerCut(Fate fate) {
        MemoryFs copy = copy(new IdentityHashMap<>());
        for (Renaming renaming : copy.pending) {
            if (fate.choose(2) == 1) {
                renaming.settle();
            }
        }
        copy.pending.clear();
        copy.forget(copy.root, fate, new IdentityHashMap<>());
        return copy;
    }

    /** The disk as every program on it sees it now; for a process that was killed. */
    public MemoryFs copy() {
        return copy(new IdentityHashMap<>());
    }

    private MemoryFs copy(Map<Node, Node> copies) {
        var copy = new MemoryFs(copyOf(root, copies), devices, inodes, time);
        for (Renaming one : pending) {
            copy.pending.add(new Renaming(
                    one.from == null ? null : copyOf(one.from, copies),
                    one.fromName,
                    one.to == null ? null : copyOf(one.to, copies),
                    one.toName,
                    one.node == null ? null : copyOf(one.node, copies)));
        }
        return copy;
    }

    private static Node copyOf(Node node, Map<Node, Node> copies) {
        Node known = copies.get(node);
        if (known != null) {
            return known;
        }
        var copy = new Node(node.kind, node.device, node.inode);
        copies.put(node, copy);
        copy.bytes = node.bytes;
        copy.target = node.target;
        copy.mode = node.mode;
        copy.uid = node.uid;
        copy.gid = node.gid;
        copy.modified = node.modified;
        copy.durableBytes = node.durableBytes;
        copy.durableMode = node.durableMode;
        copy.durableUid = node.durableUid;
        copy.durableGid = node.durableGid;
        node.names.forEach((name, child) -> copy.names.put(name, copyOf(child, copies)));
        node.durableNames.forEach((name, child) -> copy.durableNames.put(name, copyOf(child, copies)));
        return copy;
    }

    private void forget(Node node, Fate fate, Map<Node, Node> done) {
        if (done.put(node, node) != null) {
            return;
        }
        node.names.clear();
        node.names.putAll(node.durableNames);
        if (node.kind == Entry.Kind.FILE) {
            if (!Arrays.equals(node.bytes, node.durableBytes)) {
                node.bytes = switch (fate.choose(3)) {
                    case 0 -> node.durableBytes;
                    case 1 -> torn(node.durableBytes, node.bytes, fate);
                    default -> node.bytes;
                };
            }
            if (fate.choose(2) == 0) {
                node.mode = node.durableMode;
                node.uid = node.durableUid;
                node.gid = node.durableGid;
            }
        }
        node.settle();
        node.modified = ++time;
        node.names.values().forEach(child -> forget(child, fate, done));
    }

    /** A prefix of the new bytes, which may end in zeros that were allocated and never written. */
    private static byte[] torn(byte[] before, byte[] after, Fate fate) {
        int written = Math.max(0, after.length - 1 - fate.choose(Math.max(1, after.length)));
        byte[] torn = Arrays.copyOf(after, fate.choose(2) == 0 ? written : after.length);
        Arrays.fill(torn, Math.min(written, torn.length), torn.length, (byte) 0);
        // What was synced before and only appended to is never lost.
        if (after.length >= before.length && Arrays.equals(before, Arrays.copyOf(after, before.length))) {
            byte[] whole = torn.length < before.length ? before.clone() : torn;
            System.arraycopy(before, 0, whole, 0, before.length);
            return whole;
        }
        return torn;
    }

    // ---- looking at it from outside ----

    /** Every file and link outside {@code except}, as path to a line with all that matters; for comparing. */
    public SortedMap<String, String> tree(String except) {
        var tree = new TreeMap<String, String>();
        walk("", root, (path, node) -> {
            if (!path.startsWith(except)) {
                tree.put(
                        path,
                        switch (node.kind) {
                            case FILE ->
                                "%04o %d:%d %s".formatted(node.mode, node.uid, node.gid, new String(node.bytes, UTF_8));
                            case LINK -> "-> " + node.target + " " + node.uid + ":" + node.gid;
                            default -> "folder %04o".formatted(node.mode);
                        });
            }
        });
        return tree;
    }

    private interface Visitor {
        void visit(String path, Node node);
    }

    private static void walk(String path, Node folder, Visitor visitor) {
        folder.names.forEach((name, node) -> {
            visitor.visit(path + "/" + name, node);
            walk(path + "/" + name, node, visitor);
        });
    }

    /** Puts a file there, durably and unnoticed by the hook. */
    public void put(String path, String text, int mode) {
        quietly(() -> {
            makeFolders(Fs.folderOf(path));
            if (look(path).isPresent()) {
                remove(path);
            }
            try (OutputStream out = create(path, mode, 0, 0)) {
                out.write(text.getBytes(UTF_8));
            }
            settleAll();
        });
    }

    public void putLink(String path, String target) {
        quietly(() -> {
            makeFolders(Fs.folderOf(path));
            makeLink(path, target, 0, 0);
            settleAll();
        });
    }

    public void putFolder(String path) {
        quietly(() -> {
            makeFolders(path);
            settleAll();
        });
    }

    private interface Action {
        void run() throws java.io.IOException;
    }

    private void quietly(Action action) {
        Hook before = hook;
        hook = _ -> true;
        try {
            action.run();
        } catch (java.io.IOException e) {
            throw new IllegalStateException(e);
        } finally {
            hook = before;
        }
    }

    private void makeFolders(String folder) throws FsException {
        if (!folder.equals("/") && look(folder).isEmpty()) {
            makeFolders(Fs.folderOf(folder));
            makeFolder(folder, 0755);
        }
    }

    private void settleAll() {
        pending.forEach(Renaming::settle);
        pending.clear();
        walk("", root, (_, node) -> node.settle());
    }

    // ---- Fs ----

    private Node find(String path, String operation) throws FsException {
        Node at = root;
        if (path.equals("/")) {
            return at;
        }
        String[] names = path.substring(1).split("/", -1);
        for (int i = 0; i < names.length; i++) {
            if (at.kind == Entry.Kind.LINK) {
                throw new FsException(Kind.LINK_IN_PATH, operation + " " + path + ": a link on the way");
            }
            if (at.kind != Entry.Kind.FOLDER) {
                throw new FsException(Kind.NOT_A_FOLDER, operation + " " + path);
            }
            Node next = at.names.get(names[i]);
            if (next == null) {
                throw new FsException(Kind.NOT_FOUND, operation + " " + path);
            }
            at = next;
        }
        return at;
    }

    private Node folder(String path, String operation) throws FsException {
        Node node = find(path, operation);
        return switch (node.kind) {
            case FOLDER -> node;
            case LINK -> throw new FsException(Kind.LINK_IN_PATH, operation + " " + path);
            default -> throw new FsException(Kind.NOT_A_FOLDER, operation + " " + path);
        };
    }

    private Node file(String path, String operation) throws FsException {
        Node node = find(path, operation);
        return switch (node.kind) {
            case FILE -> node;
            case LINK -> throw new FsException(Kind.LINK_IN_PATH, operation + " " + path);
            default -> throw new FsException(Kind.NOT_A_FILE, operation + " " + path);
        };
    }

    private Node added(String path, Entry.Kind kind, String operation) throws FsException {
        Node parent = folder(Fs.folderOf(path), operation);
        if (parent.names.containsKey(Fs.nameOf(path))) {
            throw new FsException(Kind.EXISTS, operation + " " + path);
        }
        var node = new Node(kind, devices.getOrDefault(path, parent.device), ++inodes);
        node.modified = ++time;
        parent.names.put(Fs.nameOf(path), node);
        pending.add(new Renaming(null, "", parent, Fs.nameOf(path), node));
        return node;
    }

    @Override
    public Optional<Entry> look(String path) throws FsException {
        Node node;
        try {
            node = find(path, "look at");
        } catch (FsException e) {
            if (e.kind() == Kind.NOT_FOUND) {
                return Optional.empty();
            }
            throw e;
        }
        return Optional.of(new Entry(
                node.kind,
                node.device,
                node.inode,
                node.bytes.length,
                node.mode,
                node.uid,
                node.gid,
                node.modified,
                node.modified));
    }

    @Override
    public InputStream open(String path) throws FsException {
        return new ByteArrayInputStream(file(path, "open").bytes);
    }

    @Override
    public OutputStream create(String path, int mode, int uid, int gid) throws FsException {
        boolean really = hook.before("create " + path);
        Node node = really ? added(path, Entry.Kind.FILE, "create") : new Node(Entry.Kind.FILE, 1, 0);
        node.mode = mode;
        node.uid = Math.max(0, uid);
        node.gid = Math.max(0, gid);
        return new OutputStream() {
            @Override
            public void write(int b) throws FsException {
                write(new byte[] {(byte) b}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws FsException {
                if (hook.before("write " + path)) {
                    extend(node, Arrays.copyOfRange(bytes, offset, offset + length));
                }
            }
        };
    }

    private void extend(Node node, byte[] more) {
        byte[] all = Arrays.copyOf(node.bytes, node.bytes.length + more.length);
        System.arraycopy(more, 0, all, node.bytes.length, more.length);
        node.bytes = all;
        node.modified = ++time;
    }

    @Override
    public void append(String path, byte[] bytes) throws FsException {
        if (hook.before("append " + path)) {
            Node node = look(path).isPresent() ? file(path, "append to") : added(path, Entry.Kind.FILE, "append to");
            extend(node, bytes);
        }
    }

    @Override
    public void truncate(String path, long size) throws FsException {
        if (hook.before("truncate " + path)) {
            Node node = file(path, "truncate");
            node.bytes = Arrays.copyOf(node.bytes, (int) size);
            node.modified = ++time;
        }
    }

    @Override
    public List<String> list(String folder) throws FsException {
        return List.copyOf(folder(folder, "list").names.keySet());
    }

    @Override
    public void makeFolder(String path, int mode) throws FsException {
        if (hook.before("make folder " + path)) {
            Node node = added(path, Entry.Kind.FOLDER, "make folder");
            node.mode = mode;
            node.durableMode = mode;
        }
    }

    @Override
    public void rename(String from, String to) throws FsException {
        if (!hook.before("rename " + from + " to " + to)) {
            return;
        }
        Node node = find(from, "rename");
        Node fromFolder = folder(Fs.folderOf(from), "rename");
        Node toFolder = folder(Fs.folderOf(to), "rename");
        Node there = toFolder.names.get(Fs.nameOf(to));
        if (there != null && there.kind == Entry.Kind.FOLDER) {
            throw new FsException(Kind.NOT_A_FILE, "rename " + from + " to " + to);
        }
        if (fromFolder.device != toFolder.device) {
            throw new FsException(Kind.FAILED, "rename " + from + " to " + to + ": across file systems");
        }
        fromFolder.names.remove(Fs.nameOf(from));
        toFolder.names.put(Fs.nameOf(to), node);
        pending.add(new Renaming(fromFolder, Fs.nameOf(from), toFolder, Fs.nameOf(to), node));
    }

    @Override
    public void remove(String path) throws FsException {
        if (!hook.before("remove " + path)) {
            return;
        }
        if (find(path, "remove").kind == Entry.Kind.FOLDER) {
            throw new FsException(Kind.NOT_A_FILE, "remove " + path);
        }
        unlink(path);
    }

    @Override
    public void removeFolder(String path) throws FsException {
        if (!hook.before("remove folder " + path)) {
            return;
        }
        if (!folder(path, "remove folder").names.isEmpty()) {
            throw new FsException(Kind.NOT_EMPTY, "remove folder " + path);
        }
        unlink(path);
    }

    private void unlink(String path) throws FsException {
        Node parent = folder(Fs.folderOf(path), "remove");
        parent.names.remove(Fs.nameOf(path));
        pending.add(new Renaming(parent, Fs.nameOf(path), null, "", null));
    }

    @Override
    public void makeLink(String path, String target, int uid, int gid) throws FsException {
        if (hook.before("make link " + path)) {
            Node node = added(path, Entry.Kind.LINK, "make link");
            node.target = target;
            node.uid = Math.max(0, uid);
            node.gid = Math.max(0, gid);
            node.settle();
        }
    }

    @Override
    public String readLink(String path) throws FsException {
        return find(path, "read link").target;
    }

    @Override
    public void sync(String path) throws FsException {
        if (hook.before("sync " + path)) {
            file(path, "sync").settle();
        }
    }

    @Override
    public void syncFolder(String folder) throws FsException {
        if (hook.before("sync folder " + folder)) {
            Node node = folder(folder, "sync folder");
            settle(renaming -> renaming.touches(node));
        }
    }

    @Override
    public void syncFilesystem(String folder) throws FsException {
        if (hook.before("sync file system of " + folder)) {
            long device = folder(folder, "sync file system of").device;
            settle(renaming -> (renaming.from == null ? renaming.to : renaming.from).device == device);
            walk("", root, (_, node) -> {
                if (node.device == device) {
                    node.settle();
                }
            });
        }
    }

    private void settle(java.util.function.Predicate<Renaming> which) {
        List<Renaming> settled = pending.stream().filter(which).toList();
        settled.forEach(Renaming::settle);
        pending.removeAll(settled);
    }

    @Override
    public Space space(String folder) throws FsException {
        folder(folder, "measure");
        return new Space(1L << 40, 1L << 30, false);
    }

    /** Counts changes. */
    public static final class Counter implements Hook {
        private int count;
        private final Consumer<String> seen;

        public Counter(Consumer<String> seen) {
            this.seen = seen;
        }

        @Override
        public boolean before(String change) {
            count++;
            seen.accept(change);
            return true;
        }

        public int count() {
            return count;
        }
    }
}
