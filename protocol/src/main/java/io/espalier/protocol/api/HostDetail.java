package io.espalier.protocol.api;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * @param hostKey fingerprint of the pinned key; {@code presentedKey} is another that the host has shown instead
 * @param files of the release that the host holds
 * @param applies the newest first
 */
public record HostDetail(
        HostView host,
        @Nullable String agentVersion,
        @Nullable String hostKey,
        @Nullable String presentedKey,
        @Nullable FactsView facts,
        List<HeldUnit> units,
        List<HeldFile> files,
        List<DriftView> drift,
        List<ApplyView> applies) {

    public record FactsView(
            String hostname, int cpus, long memory, String os, String kernel, String arch, List<String> addresses) {}

    public record HeldUnit(
            String name, List<String> packages, @Nullable String reload, List<String> health) {}

    /**
     * @param template source and path it came from, such as {@code templates:nginx/nginx.conf.ftl}
     * @param commit that last changed the template
     */
    public record HeldFile(
            String path,
            String unit,
            String digest,
            long size,
            String mode,
            String owner,
            String group,
            @Nullable String template,
            @Nullable String commit,
            @Nullable String author) {}

    /** @param outcome unchanged, applied, rejected or rolled-back */
    public record ApplyView(
            long number,
            String release,
            @Nullable String revision,
            @Nullable Long rollout,
            String outcome,
            @Nullable String reason,
            @Nullable String detail,
            Instant at) {}
}
