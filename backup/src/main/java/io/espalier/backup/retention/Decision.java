package io.espalier.backup.retention;

/** @param reason one line for a person, such as {@code daily 2026-11-20} */
public record Decision(Candidate candidate, boolean isKept, String reason) {}
