package io.espalier.agent.observe;

import io.espalier.agent.fs.Entry;
import io.espalier.agent.fs.Fs;
import io.espalier.protocol.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * The digests of files, kept for as long as device, inode, size and both time stamps stay the same. A file that was
 * touched so recently that a further write could leave the same stamps is read again next time. For several threads.
 */
public final class DigestCache {

    /** Coarser than any kernel's time stamps on files (a tick is at most 10 ms). */
    private static final Duration RACY = Duration.ofMillis(100);

    private final Fs fs;
    private final InstantSource clock;
    private final Map<String, Known> known = new HashMap<>();

    private record Known(long device, long inode, long size, long modified, long changed, Digest digest) {

        static Known of(Entry entry, Digest digest) {
            return new Known(entry.device(), entry.inode(), entry.size(), entry.modified(), entry.changed(), digest);
        }

        boolean isOf(Entry entry) {
            return device == entry.device()
                    && inode == entry.inode()
                    && size == entry.size()
                    && modified == entry.modified()
                    && changed == entry.changed();
        }
    }

    public DigestCache(Fs fs, InstantSource clock) {
        this.fs = fs;
        this.clock = clock;
    }

    /** The digest of the file at {@code path}, which {@code entry} describes. */
    public Digest digest(String path, Entry entry) throws IOException {
        synchronized (this) {
            Known before = known.get(path);
            if (before != null && before.isOf(entry)) {
                return before.digest;
            }
        }
        long now = clock.millis();
        Digest digest = digestOf(fs, path);
        synchronized (this) {
            long newest = Math.max(entry.modified(), entry.changed()) / 1_000_000;
            if (now - newest > RACY.toMillis()) {
                known.put(path, Known.of(entry, digest));
            } else {
                known.remove(path);
            }
        }
        return digest;
    }

    /** Forgets all paths but these. */
    public synchronized void retain(Set<String> paths) {
        known.keySet().retainAll(paths);
    }

    public static Digest digestOf(Fs fs, String path) throws IOException {
        MessageDigest sha256 = Digest.newSha256();
        byte[] buffer = new byte[16 << 10];
        try (InputStream in = fs.open(path)) {
            int length;
            while ((length = in.read(buffer)) >= 0) {
                sha256.update(buffer, 0, length);
            }
        }
        Arrays.fill(buffer, (byte) 0);
        return Digest.of(sha256);
    }
}
