/**
 * The REST API: what the orchestrator knows and does, in the records of {@code io.espalier.protocol.api}. One class for
 * each feature turns its values into those records, for the controller and for the web pages alike.
 */
@NullMarked
package io.espalier.orchestrator.api;

import org.jspecify.annotations.NullMarked;
