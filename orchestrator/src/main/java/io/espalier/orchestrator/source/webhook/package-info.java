/**
 * Hooks of forges: each is verified by its signature over the raw body and then only wakes the watcher of its source;
 * nothing that a body says is used.
 */
@NullMarked
package io.espalier.orchestrator.source.webhook;

import org.jspecify.annotations.NullMarked;
