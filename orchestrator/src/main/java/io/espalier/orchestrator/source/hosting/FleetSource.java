package io.espalier.orchestrator.source.hosting;

import io.espalier.orchestrator.source.SourceName;

/** Which of the sources is the fleet's, as the configuration says. */
public record FleetSource(SourceName name) {}
