package io.espalier.orchestrator.source;

/**
 * Told of each new revision of a source, one at a time per source, on the watcher's thread. It is told again (with
 * backoff, and after a restart) until it returns normally, so it may hear of the same commit twice.
 */
@FunctionalInterface
public interface SourceListener {

    void advanced(SourceAdvanced event);
}
