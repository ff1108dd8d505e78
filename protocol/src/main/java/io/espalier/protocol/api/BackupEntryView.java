package io.espalier.protocol.api;

import java.time.Instant;

/** @param type file, folder, link or other */
public record BackupEntryView(String path, String type, String mode, long size, Instant modifiedAt) {}
