package io.espalier.protocol.api;

import java.util.List;

/** @param rights of read, push, deploy and admin */
public record UserView(String name, List<String> rights) {}
