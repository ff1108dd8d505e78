/**
 * The REST API under {@code /api/v1}: {@link io.espalier.protocol.api.OrchestratorApi} declares every call once, for the
 * orchestrator's controllers and for the shell's client; the records are its JSON.
 *
 * <p>States and reasons are the words of the user interface ({@code in-sync}, {@code number-too-old}). Absent values are
 * {@code null} in JSON and marked {@code @Nullable} here.
 */
@NullMarked
package io.espalier.protocol.api;

import org.jspecify.annotations.NullMarked;
