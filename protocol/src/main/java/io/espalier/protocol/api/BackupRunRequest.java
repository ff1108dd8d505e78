package io.espalier.protocol.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What to back up on a host.
 *
 * @param kind files, redis, mysql, postgresql, or another name for a program
 * @param paths of files, as the host sees them
 * @param servers of a database: {@code HOST:PORT}, or a socket on the host
 * @param passwordFile on the host
 * @param program and its arguments, what it writes is the backup
 * @param verify a program that checks what the first one wrote
 * @param before a program and its arguments; {@code after} as well
 * @param limitKib KiB a second that may leave the host
 */
public record BackupRunRequest(
        String host,
        @Nullable String kind,
        @Nullable List<String> paths,
        @Nullable List<String> excludes,
        @Nullable Boolean oneFileSystem,
        @Nullable Boolean strict,
        @Nullable List<String> servers,
        @Nullable String user,
        @Nullable String passwordFile,
        @Nullable List<String> databases,
        @Nullable Boolean lockTables,
        @Nullable Boolean globals,
        @Nullable List<String> program,
        @Nullable List<String> verify,
        @Nullable List<String> before,
        @Nullable List<String> after,
        @Nullable Integer limitKib) {

    /** Files with no more than where they are. */
    public static BackupRunRequest files(String host, List<String> paths, List<String> excludes) {
        return new BackupRunRequest(
                host, "files", paths, excludes, null, null, null, null, null, null, null, null, null, null, null, null,
                null);
    }
}
