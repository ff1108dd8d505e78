package io.espalier.backup.repository;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * A disk in memory that loses in a power cut what was not synced: bytes of a file, and names in a folder. What a cut takes
 * is chosen at random, as a real disk would. It can also fail at one operation, and skip syncs to prove that tests notice.
 */
final class CutDisk implements Disk {

    /** A mutation of the disk's user: the step that it leaves out. */
    enum Skipped {
        NOTHING,
        SYNC,
        SYNC_FOLDER
    }

    private static final class Inode {
        byte[] bytes = new byte[0];
        byte[] durable = new byte[0];
    }

    private final Map<Path, Inode> names = new HashMap<>();
    private final Map<Path, Inode> durableNames = new HashMap<>();
    private final Set<Path> folders = new HashSet<>();
    private final Set<Path> durableFolders = new HashSet<>();
    private final Skipped skipped;
    private int operations;
    private int failsAt = Integer.MAX_VALUE;
    private boolean isCut;
    private String failure = "No space left on device";

    CutDisk(Skipped skipped) {
        this.skipped = skipped;
        folders.add(Path.of("/"));
        durableFolders.add(Path.of("/"));
    }

    int operations() {
        return operations;
    }

    /** The operation after so many fails with an I/O error, and all later ones too if {@code isCut}. */
    void failAt(int operation, String why, boolean cut) {
        failsAt = operation;
        failure = why;
        isCut = cut;
    }

    private void step(Path path) throws IOException {
        int now = operations++;
        if (now == failsAt || (isCut && now > failsAt)) {
            throw new FileSystemException(path.toString(), null, failure);
        }
    }

    /** Power is gone and comes back. */
    void cut(Random random) {
        failsAt = Integer.MAX_VALUE;
        isCut = false;
        Map<Path, Inode> after = new HashMap<>(durableNames);
        for (Map.Entry<Path, Inode> name : names.entrySet()) {
            if (random.nextBoolean()) {
                after.put(name.getKey(), name.getValue()); // it happened to be written
            }
        }
        for (Path name : durableNames.keySet()) {
            if (!names.containsKey(name) && random.nextBoolean()) {
                after.remove(name);
            }
        }
        folders.removeIf(folder -> !durableFolders.contains(folder) && random.nextBoolean());
        after.keySet().removeIf(name -> !hasFolders(name));
        for (Inode inode : after.values()) {
            if (!Arrays.equals(inode.bytes, inode.durable) && random.nextInt(4) > 0) {
                inode.bytes = Arrays.copyOf(
                        inode.durable, inode.durable.length + (inode.bytes.length - inode.durable.length) / 2);
            }
            inode.durable = inode.bytes;
        }
        names.clear();
        names.putAll(after);
        durableNames.clear();
        durableNames.putAll(after);
        durableFolders.clear();
        durableFolders.addAll(folders);
    }

    private boolean hasFolders(Path name) {
        for (Path folder = name.getParent(); folder != null; folder = folder.getParent()) {
            if (!folders.contains(folder)) {
                return false;
            }
        }
        return true;
    }

    @Override
    public boolean isFolder(Path folder) {
        return folders.contains(folder);
    }

    @Override
    public void makeFolder(Path folder) throws IOException {
        step(folder);
        if (!folders.contains(folder.getParent())) {
            throw new NoSuchFileException(folder.toString());
        }
        folders.add(folder);
    }

    @Override
    public void write(Path file, ByteBuffer content) throws IOException {
        step(file);
        var inode = new Inode();
        inode.bytes = new byte[content.remaining()];
        content.duplicate().get(inode.bytes);
        if (names.putIfAbsent(file, inode) != null) {
            throw new FileSystemException(file.toString(), null, "exists");
        }
    }

    @Override
    public void sync(Path file) throws IOException {
        step(file);
        Inode inode = inode(file);
        if (skipped != Skipped.SYNC) {
            inode.durable = inode.bytes;
        }
    }

    @Override
    public void syncFolder(Path folder) throws IOException {
        step(folder);
        if (skipped == Skipped.SYNC_FOLDER) {
            return;
        }
        durableNames.keySet().removeIf(name -> folder.equals(name.getParent()) && !names.containsKey(name));
        names.forEach((name, inode) -> {
            if (folder.equals(name.getParent())) {
                durableNames.put(name, inode);
            }
        });
        for (Path each : folders) {
            if (folder.equals(each.getParent())) {
                durableFolders.add(each);
            }
        }
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        step(to);
        Inode inode = inode(from);
        names.remove(from);
        names.put(to, inode);
    }

    @Override
    public void delete(Path file) throws IOException {
        step(file);
        names.remove(file);
    }

    @Override
    public byte[] read(Path file) throws IOException {
        return inode(file).bytes.clone();
    }

    @Override
    public byte[] read(Path file, long offset, int length) throws IOException {
        byte[] bytes = inode(file).bytes;
        return Arrays.copyOfRange(bytes, (int) offset, (int) Math.min(bytes.length, offset + length));
    }

    private Inode inode(Path file) throws IOException {
        Inode inode = names.get(file);
        if (inode == null) {
            throw new NoSuchFileException(file.toString());
        }
        return inode;
    }

    @Override
    public long size(Path file) {
        Inode inode = names.get(file);
        return inode == null ? -1 : inode.bytes.length;
    }

    @Override
    public List<String> list(Path folder) {
        var found = new ArrayList<String>();
        names.keySet().forEach(name -> {
            if (folder.equals(name.getParent())) {
                found.add(name.getFileName().toString());
            }
        });
        return found;
    }
}
