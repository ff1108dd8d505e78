package io.espalier.orchestrator.fleet;

/**
 * A layer of the topology.
 *
 * @param title for people; the name where none is given
 * @param push whether agents run on its hosts; {@code false}: rendered for export only
 */
public record Tier(String name, String title, boolean push) {}
