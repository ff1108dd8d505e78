package io.espalier.protocol.api;

import java.util.List;

/** A token for the caller, with at most the caller's rights. */
public record TokenRequest(String label, List<String> rights) {}
