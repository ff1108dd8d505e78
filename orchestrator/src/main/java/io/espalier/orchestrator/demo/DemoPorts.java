package io.espalier.orchestrator.demo;

/**
 * Where the demo's orchestrator listens, on loopback.
 *
 * @param web pages, REST, git
 * @param dns names over HTTP
 * @param tree lines and datagrams for the metrics tree
 */
record DemoPorts(int web, int dns, int tree) {}
