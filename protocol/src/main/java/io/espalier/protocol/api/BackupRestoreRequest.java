package io.espalier.protocol.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What to bring back.
 *
 * @param host whose backup
 * @param kind files if absent
 * @param snapshot the first digits of its id; the newest good one that holds the paths if absent
 * @param paths what to bring back; everything if absent
 * @param toHost where to; the same host if absent
 * @param to the folder that stands for {@code /} there; {@code /} if absent
 * @param keepOwners false: everything belongs to whoever restores; true if absent
 */
public record BackupRestoreRequest(
        String host,
        @Nullable String kind,
        @Nullable String snapshot,
        @Nullable List<String> paths,
        @Nullable String toHost,
        @Nullable String to,
        @Nullable Boolean keepOwners) {}
