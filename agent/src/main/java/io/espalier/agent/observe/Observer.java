package io.espalier.agent.observe;

import io.espalier.agent.fs.Entry;
import io.espalier.agent.fs.Fs;
import io.espalier.agent.fs.FsException;
import io.espalier.protocol.Digest;
import java.io.IOException;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;

/** Looks at paths and into purged folders, without following links. */
public final class Observer {

    /** How deep a purged folder is searched, and the most files found in all of them. */
    private static final int MAX_DEPTH = 32;

    private static final int MAX_FOUND = 200_000;

    private final Fs fs;
    private final DigestCache digests;
    private final Predicate<String> isPrivate;

    /** @param isPrivate paths that are never seen in a purged folder */
    public Observer(Fs fs, DigestCache digests, Predicate<String> isPrivate) {
        this.fs = fs;
        this.digests = digests;
        this.isPrivate = isPrivate;
    }

    /**
     * @param paths to look at
     * @param purged folders, each ending in a slash, whose files and links are looked at too, at any depth
     */
    public Observation observe(Collection<String> paths, Collection<String> purged) throws IOException {
        var files = new TreeMap<String, Seen>();
        var barred = new TreeMap<String, String>();
        for (String path : paths) {
            if (!files.containsKey(path)) {
                look(path, files, barred);
            }
        }
        for (String folder : purged) {
            search(folder.substring(0, folder.length() - 1), 0, files);
        }
        return new Observation(files, barred);
    }

    private void look(String path, Map<String, Seen> files, Map<String, String> barred) throws IOException {
        try {
            Optional<Entry> entry = fs.look(path);
            if (entry.isPresent()) {
                see(path, entry.get()).ifPresent(seen -> files.put(path, seen));
            }
        } catch (FsException e) {
            switch (e.kind()) {
                case LINK_IN_PATH, NOT_A_FOLDER -> barred.put(path, String.valueOf(e.getMessage()));
                default -> throw e;
            }
        }
    }

    /** Empty if it went away or changed its kind meanwhile. */
    private Optional<Seen> see(String path, Entry entry) throws IOException {
        try {
            return Optional.of(
                    switch (entry.kind()) {
                        case FILE -> {
                            Digest digest = digests.digest(path, entry);
                            yield new Seen(entry, Optional.of(digest), Optional.empty());
                        }
                        case LINK -> new Seen(entry, Optional.empty(), Optional.of(fs.readLink(path)));
                        case FOLDER, OTHER -> new Seen(entry, Optional.empty(), Optional.empty());
                    });
        } catch (FsException e) {
            return switch (e.kind()) {
                case NOT_FOUND, LINK_IN_PATH, NOT_A_FOLDER, NOT_A_FILE -> Optional.empty();
                default -> throw e;
            };
        }
    }

    private void search(String folder, int depth, Map<String, Seen> files) throws IOException {
        if (depth > MAX_DEPTH || files.size() > MAX_FOUND) {
            throw new FsException(
                    FsException.Kind.FAILED,
                    "list " + folder + ": more than " + MAX_FOUND + " files or " + MAX_DEPTH + " folders deep");
        }
        Iterable<String> names;
        try {
            names = fs.list(folder);
        } catch (FsException e) {
            switch (e.kind()) {
                case NOT_FOUND, NOT_A_FOLDER, LINK_IN_PATH, NOT_A_FILE -> {
                    return; // nothing to purge in it
                }
                default -> throw e;
            }
        }
        for (String name : names) {
            String path = Fs.in(folder, name);
            if (files.containsKey(path) || isPrivate.test(path)) {
                continue;
            }
            Optional<Entry> entry = fs.look(path);
            if (entry.isEmpty()) {
                continue;
            }
            switch (entry.get().kind()) {
                case FILE, LINK -> {
                    Optional<Seen> seen = see(path, entry.get());
                    seen.ifPresent(found -> files.put(path, found));
                }
                case FOLDER -> search(path, depth + 1, files);
                case OTHER -> {} // sockets and devices are not ours to remove
            }
        }
    }
}
