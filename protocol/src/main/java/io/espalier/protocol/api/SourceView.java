package io.espalier.protocol.api;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * @param kind fleet, template or app
 * @param revision that was accepted last
 * @param state settled, looking, waiting, stalled or rejected
 * @param cloneUrl of a source that the orchestrator hosts
 * @param problems of the newest revision, if it was rejected
 * @param remarks what is left out of the revision and why, such as externals that are not followed
 */
public record SourceView(
        String name,
        String kind,
        String url,
        String ref,
        @Nullable String revision,
        @Nullable String author,
        @Nullable String subject,
        @Nullable Instant committedAt,
        @Nullable Instant lastLook,
        String state,
        @Nullable String reason,
        @Nullable String detail,
        @Nullable String cloneUrl,
        List<ProblemView> problems,
        List<String> remarks) {}
