package io.espalier.backup.repository;

import io.espalier.backup.repository.ObjectName.Kind;
import io.espalier.backup.repository.StoreException.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A store in a folder: {@code packs/3f9a...}, {@code index/}, {@code snapshots/}, {@code keys/}, {@code pins/},
 * {@code marks/}, and {@code tmp/} for what is being written. An object is written to {@code tmp}, synced, renamed to its
 * name, and the folder is synced; so there is never a part of one under its name, also after a power cut.
 */
public final class LocalObjectStore implements ObjectStore {

    private final Path root;
    private final Disk disk;
    private final Set<Path> durableFolders = ConcurrentHashMap.newKeySet();

    LocalObjectStore(Path root, Disk disk) {
        this.root = root.toAbsolutePath().normalize();
        this.disk = disk;
    }

    /** In a folder that may not be there yet; the first {@code put} makes it. */
    public static LocalObjectStore in(Path root) {
        return new LocalObjectStore(root, new RealDisk());
    }

    public Path root() {
        return root;
    }

    @Override
    public void put(ObjectName name, ByteBuffer content) throws StoreException {
        if (!name.names(content)) {
            throw new StoreException(Reason.DAMAGED, "put " + name + ": the bytes do not have that name");
        }
        Path file = file(name);
        Path folder = parent(file);
        try {
            makeDurable(folder);
            if (disk.size(file) >= 0) {
                if (!name.names(ByteBuffer.wrap(disk.read(file)))) {
                    throw new StoreException(Reason.DAMAGED, "put " + name + ": other bytes are at " + file);
                }
                // Whoever put it before may not have come to the syncs.
                disk.sync(file);
                disk.syncFolder(folder);
                return;
            }
            Path tmp = root.resolve("tmp");
            makeDurable(tmp);
            Path part = tmp.resolve(UUID.randomUUID().toString());
            try {
                disk.write(part, content);
                disk.sync(part);
                disk.rename(part, file);
            } catch (IOException e) {
                try {
                    disk.delete(part);
                } catch (IOException e2) {
                    e.addSuppressed(e2);
                }
                throw e;
            }
            disk.syncFolder(folder);
        } catch (IOException e) {
            throw failed("put", name, e);
        }
    }

    /** Makes a folder whose name survives a power cut, and those above it up to the root. */
    private void makeDurable(Path folder) throws IOException {
        if (durableFolders.contains(folder)) {
            return;
        }
        if ((folder.startsWith(root) && !folder.equals(root)) || !disk.isFolder(parent(folder))) {
            makeDurable(parent(folder));
        }
        disk.makeFolder(folder);
        disk.syncFolder(parent(folder)); // also if it was there: whoever made it may not have come to this
        durableFolders.add(folder);
    }

    @Override
    public byte[] get(ObjectName name) throws StoreException {
        byte[] bytes;
        try {
            bytes = disk.read(file(name));
        } catch (IOException e) {
            throw failed("get", name, e);
        }
        if (!name.names(ByteBuffer.wrap(bytes))) {
            throw new StoreException(Reason.DAMAGED, "get " + name + ": " + file(name) + " holds other bytes");
        }
        return bytes;
    }

    @Override
    public byte[] range(ObjectName name, long offset, int length) throws StoreException {
        byte[] bytes;
        try {
            bytes = disk.read(file(name), offset, length);
        } catch (IOException e) {
            throw failed("get", name, e);
        }
        if (bytes.length < length) {
            throw new StoreException(Reason.DAMAGED, "get " + name + ": " + file(name) + " ends too early");
        }
        return bytes;
    }

    @Override
    public Optional<Long> size(ObjectName name) throws StoreException {
        try {
            long size = disk.size(file(name));
            return size < 0 ? Optional.empty() : Optional.of(size);
        } catch (IOException e) {
            throw failed("look at", name, e);
        }
    }

    @Override
    public List<ObjectName> list(Kind kind) throws StoreException {
        Path folder = root.resolve(kind.folder());
        var names = new ArrayList<ObjectName>();
        try {
            for (String file : disk.list(folder)) {
                if (ObjectName.isHex(file)) {
                    names.add(new ObjectName(kind, file));
                }
            }
        } catch (IOException e) {
            throw new StoreException(reason(e), "list " + folder + ": " + e.getMessage(), e);
        }
        Collections.sort(names);
        return names;
    }

    @Override
    public void delete(ObjectName name) throws StoreException {
        Path file = file(name);
        try {
            if (disk.size(file) >= 0) {
                disk.delete(file);
                disk.syncFolder(parent(file));
            }
        } catch (IOException e) {
            throw failed("delete", name, e);
        }
    }

    /** Removes what crashed writers left. Nobody else may be writing. Gives how many files that were. */
    public int sweep() throws StoreException {
        Path tmp = root.resolve("tmp");
        try {
            List<String> left = disk.list(tmp);
            for (String file : left) {
                disk.delete(tmp.resolve(file));
            }
            return left.size();
        } catch (IOException e) {
            throw new StoreException(reason(e), "sweep " + tmp + ": " + e.getMessage(), e);
        }
    }

    private Path file(ObjectName name) {
        return root.resolve(name.kind().folder()).resolve(name.sha256Hex());
    }

    private static Path parent(Path file) {
        Path parent = file.getParent();
        return parent == null ? file : parent;
    }

    private StoreException failed(String operation, ObjectName name, IOException e) {
        if (e instanceof StoreException already) {
            return already;
        }
        return new StoreException(reason(e), operation + " " + name + " in " + root + ": " + explained(e), e);
    }

    private static String explained(IOException e) {
        if (e instanceof NoSuchFileException) {
            return "there is none";
        }
        return String.valueOf(e.getMessage());
    }

    private static Reason reason(IOException e) {
        if (e instanceof NoSuchFileException) {
            return Reason.NOT_FOUND;
        }
        if (e instanceof AccessDeniedException) {
            return Reason.DENIED;
        }
        String why = e instanceof FileSystemException system && system.getReason() != null
                ? system.getReason()
                : String.valueOf(e.getMessage());
        if (why.contains("No space left") || why.contains("quota exceeded")) {
            return Reason.FULL;
        }
        return why.contains("Read-only file system") ? Reason.DENIED : Reason.FAILED;
    }
}
