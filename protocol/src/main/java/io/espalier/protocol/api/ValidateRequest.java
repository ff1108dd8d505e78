package io.espalier.protocol.api;

import java.util.Map;

/** @param files content of every file by its relative path, base64 */
public record ValidateRequest(Map<String, String> files) {}
