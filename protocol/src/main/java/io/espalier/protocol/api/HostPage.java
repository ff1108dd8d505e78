package io.espalier.protocol.api;

import java.util.List;

/** A page of hosts in tier order, then by name; {@code total} counts all that match. */
public record HostPage(List<HostView> hosts, int page, int size, int total) {}
