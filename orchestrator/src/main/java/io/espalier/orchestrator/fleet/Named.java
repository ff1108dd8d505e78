package io.espalier.orchestrator.fleet;

/** A name and where it was written. */
record Named(Place at, String name) {}
