package io.espalier.orchestrator.source;

/** A source now stands at another commit, or its spec changed so that the same commit means something else. */
public record SourceAdvanced(SourceName source, Commit commit) {}
