package io.espalier.agent.apply;

import io.espalier.agent.fs.Entry;
import io.espalier.agent.fs.Fs;
import io.espalier.agent.observe.DigestCache;
import io.espalier.protocol.Digest;
import io.espalier.protocol.Reason;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.util.Optional;
import java.util.Set;

/**
 * Files named by the SHA-256 of their bytes, in one folder: the contents of the releases held, their signed manifests
 * and what an open apply may have to put back. What it gives is checked as it is read, because a crash may have left
 * a name with other bytes.
 */
final class BlobStore {

    private static final int BUFFER = 32 << 10;

    private final Fs fs;
    private final String folder;

    BlobStore(Fs fs, String folder) {
        this.fs = fs;
        this.folder = folder;
    }

    /** Whether the blob is there, by name and size. */
    boolean has(Digest blob, long size) throws IOException {
        return fs.look(path(blob)).filter(e -> e.isFile() && e.size() == size).isPresent();
    }

    /** Whether the blob is there, by its bytes. */
    boolean hasWhole(Digest blob, long size) throws IOException {
        return has(blob, size) && DigestCache.digestOf(fs, path(blob)).equals(blob);
    }

    void put(Digest blob, byte[] bytes) throws IOException, Failure {
        if (!hasWhole(blob, bytes.length)) {
            put(blob, bytes.length, new ByteArrayInputStream(bytes));
        }
    }

    /**
     * Takes the next {@code size} bytes of {@code in}.
     *
     * @throws Failure {@code BLOB_MISMATCH} if they are not the blob; {@link EOFException} if there are fewer
     */
    void put(Digest blob, long size, InputStream in) throws IOException, Failure {
        String fresh = path(blob) + ".new";
        if (fs.look(fresh).isPresent()) {
            fs.remove(fresh);
        }
        Digest actual;
        try (OutputStream out = fs.create(fresh, 0600, Entry.UNCHANGED, Entry.UNCHANGED)) {
            actual = copy(in, size, out);
        }
        if (!actual.equals(blob)) {
            fs.remove(fresh);
            throw new Failure(
                    Reason.BLOB_MISMATCH,
                    "blob " + blob.abbreviated() + " came with the digest " + actual.abbreviated());
        }
        fs.rename(fresh, path(blob));
    }

    /** @throws Failure {@code BLOB_MISMATCH} if the store's copy was damaged; it is dropped, so that it is asked for again */
    void copyTo(Digest blob, long size, OutputStream out) throws IOException, Failure {
        Optional<Entry> entry = fs.look(path(blob));
        if (entry.isPresent() && entry.get().size() == size) {
            try (InputStream in = fs.open(path(blob))) {
                if (copy(in, size, out).equals(blob)) {
                    return;
                }
            }
        }
        if (entry.isPresent()) {
            fs.remove(path(blob));
        }
        throw new Failure(
                Reason.BLOB_MISMATCH,
                "the agent's copy of blob " + blob.abbreviated() + (entry.isPresent() ? " is damaged" : " is gone"));
    }

    /** Makes one blob durable. */
    void sync(Digest blob) throws IOException {
        fs.sync(path(blob));
        fs.syncFolder(folder);
    }

    byte[] read(Digest blob) throws IOException {
        try (InputStream in = fs.open(path(blob))) {
            byte[] bytes = in.readAllBytes();
            if (!Digest.of(bytes).equals(blob)) {
                throw new IOException(path(blob) + " is damaged");
            }
            return bytes;
        }
    }

    /**
     * Removes every other blob.
     *
     * @return how many were removed
     */
    int retain(Set<Digest> wanted) throws IOException {
        int removed = 0;
        for (String name : fs.list(folder)) {
            if (name.length() != 2 * Digest.BYTES || !wanted.contains(new Digest(name))) {
                fs.remove(Fs.in(folder, name));
                removed++;
            }
        }
        return removed;
    }

    private static Digest copy(InputStream in, long size, OutputStream out) throws IOException {
        MessageDigest sha256 = Digest.newSha256();
        byte[] buffer = new byte[(int) Math.max(1, Math.min(BUFFER, size))];
        long left = size;
        while (left > 0) {
            int length = in.read(buffer, 0, (int) Math.min(buffer.length, left));
            if (length < 0) {
                throw new EOFException(left + " of " + size + " bytes are missing");
            }
            sha256.update(buffer, 0, length);
            out.write(buffer, 0, length);
            left -= length;
        }
        return Digest.of(sha256);
    }

    private String path(Digest blob) {
        return Fs.in(folder, blob.hex());
    }
}
