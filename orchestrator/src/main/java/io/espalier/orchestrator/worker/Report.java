package io.espalier.orchestrator.worker;

import java.time.Instant;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a worker said.
 *
 * @param body as it came, unknown keys and all; nobody changes it
 */
public record Report(ReportKind kind, ObjectNode body, Instant at) {}
