package io.espalier.protocol.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * @param hosts to take back; ignored if {@code all}
 * @param to a release id, or the host's previous good one if absent
 */
public record RollbackRequest(
        List<String> hosts, boolean all, @Nullable String to) {}
