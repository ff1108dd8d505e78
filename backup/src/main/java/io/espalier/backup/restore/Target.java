package io.espalier.backup.restore;

import io.espalier.backup.files.Node;
import io.espalier.backup.linux.Linux;
import io.espalier.backup.linux.Linux.Attribute;
import io.espalier.backup.linux.Linux.Extent;
import io.espalier.backup.linux.LinuxException;
import io.espalier.backup.linux.Names;
import io.espalier.backup.linux.Status;
import io.espalier.backup.restore.Restore.Content;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The folder that is restored to. Everything but folders is made under a name of its own beside its place, gets its bytes
 * and all that belongs to it, and is then renamed to its place, so that what was there is replaced in one step or stays.
 */
final class Target implements AutoCloseable {

    private final RestorePlan plan;
    private final Consumer<String> problem;
    private final Linux linux = new Linux();
    private final int root;
    private final boolean isRoot;
    private final String tag;
    private final Map<Long, String> groups = new HashMap<>();
    private final Deque<Node> open = new ArrayDeque<>();
    private String folder = "";
    private int folderFd = -1;
    private long names;

    /** @param problem is told what is in place, but not as it was */
    Target(RestorePlan plan, Consumer<String> problem) throws IOException {
        this.plan = plan;
        this.problem = problem;
        if (plan.base().isPresent()) {
            this.root = beneath(plan.base().get(), plan.target());
        } else {
            Files.createDirectories(plan.target());
            this.root = linux.openRoot(Names.of(plan.target().toString()));
        }
        this.isRoot = linux.isRoot();
        byte[] random = new byte[6];
        new SecureRandom().nextBytes(random);
        this.tag = ".espalier-restore-" + HexFormat.of().formatHex(random) + "-";
    }

    /** The folder beneath another, each on the way made if it is missing, and none of them a link. */
    private int beneath(Path base, Path target) throws IOException {
        String shown = target.toString();
        int fd = linux.openRoot(Names.of(base.toString()));
        try {
            for (Path part : base.relativize(target)) {
                String name = Names.of(part.toString());
                if (!name.isEmpty()) {
                    if (linux.look(fd, name, shown).isEmpty()) {
                        linux.makeFolder(fd, name, shown);
                        linux.permit(fd, name, 0755, shown);
                    }
                    int next = linux.openFolder(fd, name, shown);
                    linux.close(fd);
                    fd = next;
                }
            }
            return fd;
        } catch (IOException | RuntimeException e) {
            linux.close(fd);
            linux.close();
            throw e;
        }
    }

    /** @param hasContent false if an earlier entry of the same group has the content */
    void restore(Node node, Content content, boolean hasContent) throws IOException, InterruptedException {
        if (!Names.isPath(node.path())) {
            if (node.path().isEmpty() && node.isFolder()) {
                return; // the target itself stays as it is
            }
            throw new IOException("refused: not a path beneath the target");
        }
        closeFolders(node.path());
        int parent = parent(Names.folderOf(node.path()), node.shown());
        if (node.isFolder()) {
            folder(parent, node);
            return;
        }
        String name = Names.nameOf(node.path());
        String temporary = tag + names++;
        try {
            make(parent, temporary, node, content, hasContent);
        } catch (IOException | InterruptedException | RuntimeException e) {
            try {
                linux.remove(parent, temporary, false, node.shown());
            } catch (LinuxException e2) {
                e.addSuppressed(e2); // it may not have been made
            }
            throw e;
        }
        try {
            linux.rename(parent, temporary, name, false, node.shown());
        } catch (LinuxException e) {
            linux.remove(parent, temporary, false, node.shown());
            throw e;
        }
        if (node.group() != 0) {
            groups.putIfAbsent(node.group(), node.path());
            if (!hasContent) {
                // Renaming one name of a file over another of the same file does nothing, and leaves both.
                removeIfThere(parent, temporary, node.shown());
            }
        }
    }

    private void removeIfThere(int parent, String name, String shown) throws LinuxException {
        if (linux.look(parent, name, shown).isPresent()) {
            linux.remove(parent, name, false, shown);
        }
    }

    private void make(int parent, String name, Node node, Content content, boolean hasContent)
            throws IOException, InterruptedException {
        String shown = node.shown();
        if (!hasContent) {
            String first = groups.get(node.group());
            if (first == null) {
                throw new IOException("the first name of this file could not be restored");
            }
            int from = linux.openBeneath(root, Names.folderOf(first), shown);
            try {
                linux.makeHardLink(from, Names.nameOf(first), parent, name, shown);
            } finally {
                linux.close(from);
            }
            return;
        }
        switch (node.type()) {
            case Status.FILE -> file(parent, name, node, content);
            case Status.LINK -> linux.makeLink(parent, name, node.target(), shown);
            default -> linux.makeSpecial(parent, name, node.type(), node.special(), shown);
        }
        dress(parent, name, node);
    }

    private void file(int parent, String name, Node node, Content content) throws IOException, InterruptedException {
        String shown = node.shown();
        int fd = linux.create(parent, name, shown);
        try {
            List<Extent> extents = node.extents().isEmpty() ? List.of(new Extent(0, node.size())) : node.extents();
            int extent = 0;
            long within = 0;
            while (content.hasNext()) {
                byte[] bytes = content.next();
                for (int from = 0; from < bytes.length; ) {
                    while (extent < extents.size()
                            && within == extents.get(extent).length()) {
                        extent++;
                        within = 0;
                    }
                    if (extent == extents.size()) {
                        throw new IOException("more bytes than its size");
                    }
                    Extent current = extents.get(extent);
                    int part = (int) Math.min(bytes.length - from, current.length() - within);
                    linux.write(fd, bytes, from, part, current.offset() + within, shown);
                    from += part;
                    within += part;
                }
            }
            while (extent < extents.size() && within == extents.get(extent).length()) {
                extent++;
                within = 0;
            }
            if (extent < extents.size()) {
                throw new IOException("fewer bytes than its size");
            }
            if (!node.extents().isEmpty()) {
                linux.truncate(fd, node.size(), shown); // for a hole at the end
            }
        } catch (IOException | InterruptedException | RuntimeException e) {
            linux.close(fd);
            throw e;
        }
        linux.closeWritten(fd, shown);
    }

    /** Something that a failure of leaves a file in place, but not as it was. */
    private interface Detail {
        void set() throws LinuxException;
    }

    private boolean tried(Detail detail) {
        try {
            detail.set();
            return true;
        } catch (LinuxException e) {
            problem.accept(String.valueOf(e.getMessage()));
            return false;
        }
    }

    /** Owner first, since that takes rights away; then attributes, then the mode, last the time. */
    private void dress(int parent, String name, Node node) {
        String shown = node.shown();
        int permissions = permissions(parent, name, node);
        if (node.type() != Status.LINK) {
            tried(() -> linux.permit(parent, name, permissions, shown));
        }
        tried(() -> linux.touch(parent, name, node.seconds(), node.nanos(), shown));
    }

    /** Sets owner and attributes. A program must not run as its owner if the owner is not the one that it had. */
    private int permissions(int parent, String name, Node node) {
        String shown = node.shown();
        boolean isOwned =
                plan.owners() && isRoot && tried(() -> linux.own(parent, name, node.uid(), node.gid(), shown));
        for (Attribute attribute : node.attributes()) {
            tried(() -> linux.setAttribute(parent, name, attribute, shown));
        }
        return isOwned || !node.isFile() ? node.permissions() : node.permissions() & 01777;
    }

    private void folder(int parent, Node node) throws IOException {
        String name = Names.nameOf(node.path());
        Optional<Status> there = linux.look(parent, name, node.shown());
        if (there.isEmpty()) {
            linux.makeFolder(parent, name, node.shown());
        } else if (!there.get().isFolder()) {
            throw new LinuxException("restore folder", node.shown(), LinuxException.EEXIST);
        } else if (!plan.isSelected(node.path())) {
            return; // only on the way: it stays as it is
        }
        open.push(node);
    }

    /** What a folder is like is set when nothing more comes into it. */
    private void closeFolders(String next) {
        while (!open.isEmpty() && !Names.isBelow(next, open.peek().path())) {
            closeFolder();
        }
    }

    private void closeFolder() {
        Node node = open.pop();
        String shown = node.shown();
        tried(() -> {
            int parent = linux.openBeneath(root, Names.folderOf(node.path()), shown);
            try {
                String name = Names.nameOf(node.path());
                int fd = linux.openFolder(parent, name, shown);
                try {
                    int permissions = permissions(parent, name, node);
                    linux.permit(fd, permissions, shown);
                    linux.touch(parent, name, node.seconds(), node.nanos(), shown);
                } finally {
                    linux.close(fd);
                }
            } finally {
                linux.close(parent);
            }
        });
    }

    private int parent(String path, String shown) throws LinuxException {
        if (folderFd < 0 || !path.equals(folder)) {
            int next = linux.openBeneath(root, path, shown);
            if (folderFd >= 0) {
                linux.close(folderFd);
            }
            folderFd = next;
            folder = path;
        }
        return folderFd;
    }

    /** Dresses the last folders and makes everything durable. */
    void finish() throws LinuxException {
        while (!open.isEmpty()) {
            closeFolder();
        }
        linux.syncFilesystem(root, plan.target().toString());
    }

    @Override
    public void close() {
        if (folderFd >= 0) {
            linux.close(folderFd);
        }
        linux.close(root);
        linux.close();
    }
}
