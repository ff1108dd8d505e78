package io.espalier.protocol.api;

import org.jspecify.annotations.Nullable;

/** @param text absent for secrets and for content that is not UTF-8 text */
public record RenderedFileView(
        String path,
        String unit,
        String mode,
        String owner,
        String group,
        String digest,
        long size,
        String template,
        @Nullable String text,
        @Nullable String note) {}
