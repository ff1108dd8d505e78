package io.espalier.protocol.release;

import io.espalier.protocol.Digest;

/**
 * One file that a host should hold.
 *
 * @param path absolute, normal form ({@link Paths#check}); the host's root folder is put before it
 * @param content names the blob with the bytes
 * @param size of the content, in bytes
 * @param mode permission bits, such as 0644; no setuid, setgid or sticky bit
 * @param owner a user name on the host; empty means the agent's own user
 * @param group a group name on the host; empty means the agent's own group
 * @param secret content is never shown in plans, diffs or logs
 */
public record FileEntry(String path, Digest content, long size, int mode, String owner, String group, boolean secret) {

    public FileEntry {
        Paths.check(path);
        if (size < 0) {
            throw new IllegalArgumentException("size: " + size + " (expected: >= 0)");
        }
        if ((mode & ~0777) != 0) {
            throw new IllegalArgumentException("mode: 0" + Integer.toOctalString(mode) + " (expected: 0 to 0777)");
        }
    }
}
