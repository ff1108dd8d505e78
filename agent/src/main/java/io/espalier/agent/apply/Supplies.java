package io.espalier.agent.apply;

import io.espalier.agent.fs.Fs;
import io.espalier.agent.fs.Space;
import io.espalier.agent.observe.Observation;
import io.espalier.agent.observe.Seen;
import io.espalier.protocol.Digest;
import io.espalier.protocol.Reason;
import io.espalier.protocol.release.FileEntry;
import io.espalier.protocol.release.Release;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The bytes that an apply needs: which must be sent, which are on the host already, and whether there is room. */
final class Supplies {

    /** Left free on every file system that is written to. */
    private static final long RESERVE = 1 << 20;

    private final Fs fs;
    private final BlobStore blobs;
    private final String stateFolder;
    private final Folders folders;

    Supplies(Fs fs, BlobStore blobs, String stateFolder) {
        this.fs = fs;
        this.blobs = blobs;
        this.stateFolder = stateFolder;
        this.folders = new Folders(fs);
    }

    /** The blobs that neither the store nor a live file has, with their sizes, in the release's order. */
    Map<Digest, Long> missing(Release release, Observation seen) throws IOException, Failure {
        Map<Digest, String> live = livePaths(seen);
        var missing = new LinkedHashMap<Digest, Long>();
        for (FileEntry file : (Iterable<FileEntry>) release.files()::iterator) {
            Long other = missing.get(file.content());
            if (other != null && other != file.size()) {
                throw new Failure(Reason.MALFORMED, file.path() + ": two sizes for one content");
            }
            if (other == null && !live.containsKey(file.content()) && !blobs.has(file.content(), file.size())) {
                missing.put(file.content(), file.size());
            }
        }
        return missing;
    }

    /** Takes the missing blobs, one after another, and nothing behind them. */
    void receive(Map<Digest, Long> missing, InputStream in) throws IOException, Failure {
        for (Map.Entry<Digest, Long> blob : missing.entrySet()) {
            blobs.put(blob.getKey(), blob.getValue(), in);
        }
        if (in.read() >= 0) {
            throw new Failure(Reason.BLOB_MISMATCH, "more bytes came than the missing blobs have");
        }
    }

    /** @throws Failure {@code DISK_FULL} or {@code READ_ONLY} if the apply cannot succeed */
    void checkRoom(Release release, Observation seen, Map<Digest, Long> missing) throws IOException, Failure {
        var needs = new HashMap<Long, Need>();
        var byFolder = new HashMap<String, Need>();
        Need state = need(stateFolder, needs, byFolder);
        missing.values().forEach(state::add);
        for (FileEntry file : (Iterable<FileEntry>) release.files()::iterator) {
            Seen there = seen.files().get(file.path());
            if (there == null || !there.content().equals(Optional.of(file.content()))) {
                if (!seen.barred().containsKey(file.path())) {
                    need(Fs.folderOf(file.path()), needs, byFolder).add(file.size());
                }
                if (there != null && there.entry().isFile()) {
                    state.add(there.entry().size());
                }
            }
        }
        for (Need need : needs.values()) {
            need.check();
        }
    }

    private Need need(String folder, Map<Long, Need> needs, Map<String, Need> byFolder) throws IOException {
        Need known = byFolder.get(folder);
        if (known != null) {
            return known;
        }
        String there = folders.existing(folder);
        long device = fs.look(there).map(entry -> entry.device()).orElse(0L);
        Need need = needs.computeIfAbsent(device, _ -> new Need(there));
        byFolder.put(folder, need);
        return need;
    }

    /** What will be written to one file system. */
    private final class Need {

        private final String folder;
        private long bytes;
        private long files;

        Need(String folder) {
            this.folder = folder;
        }

        void add(long size) {
            bytes += size + 4096;
            files++;
        }

        void check() throws IOException, Failure {
            if (files == 0) {
                return;
            }
            Space space = fs.space(folder);
            if (space.readOnly()) {
                throw new Failure(Reason.READ_ONLY, "the file system of " + folder + " is read-only");
            }
            if (space.bytes() < bytes + RESERVE || space.inodes() < files + 16) {
                throw new Failure(
                        Reason.DISK_FULL,
                        "the file system of " + folder + " has " + space.bytes() + " bytes and " + space.inodes()
                                + " inodes left, " + (bytes + RESERVE) + " and " + (files + 16) + " are needed");
            }
        }
    }

    /**
     * Puts into the store what the steps will write and what they will replace, so that both ways can be gone from it
     * alone.
     */
    void secure(Transition transition, Observation seen) throws IOException, Failure {
        Map<Digest, String> live = livePaths(seen);
        for (Step step : transition.steps()) {
            if (step.after() instanceof Image.File after && !blobs.has(after.content(), after.size())) {
                String path = live.get(after.content());
                if (path == null) {
                    throw new Failure(
                            Reason.HOST_MOVED, step.path() + ": its new content was on this host and is gone");
                }
                take(path, after);
            }
            if (step.before() instanceof Image.File before && !blobs.hasWhole(before.content(), before.size())) {
                take(step.path(), before);
            }
        }
    }

    private void take(String path, Image.File image) throws IOException, Failure {
        try (InputStream in = fs.open(path)) {
            blobs.put(image.content(), image.size(), in);
        } catch (java.io.EOFException | Failure e) {
            throw new Failure(Reason.HOST_MOVED, path + ": changed while it was being saved");
        }
    }

    private static Map<Digest, String> livePaths(Observation seen) {
        var live = new HashMap<Digest, String>();
        seen.files().forEach((path, there) -> there.content().ifPresent(content -> live.putIfAbsent(content, path)));
        return live;
    }

    /** Every path that must be looked at, and every purged folder, to plan the way from one release to another. */
    static List<String> paths(Release release, Optional<Release> onDisk) {
        var paths = new LinkedHashSet<String>();
        release.files().forEach(file -> paths.add(file.path()));
        onDisk.ifPresent(held -> held.files().forEach(file -> paths.add(file.path())));
        return List.copyOf(paths);
    }

    static List<String> purged(Release release) {
        var purged = new ArrayList<String>();
        release.units().forEach(unit -> purged.addAll(unit.purged()));
        return purged;
    }
}
