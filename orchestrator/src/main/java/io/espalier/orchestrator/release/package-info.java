/**
 * From rendered hosts to releases: content-addressed, stored as blobs, numbered and signed.
 */
@NullMarked
package io.espalier.orchestrator.release;

import org.jspecify.annotations.NullMarked;
