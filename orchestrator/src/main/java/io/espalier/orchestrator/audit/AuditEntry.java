package io.espalier.orchestrator.audit;

import java.time.Instant;

/**
 * One action of a person, or of Espalier on a person's standing orders.
 *
 * @param id grows with every entry
 * @param actor a user, a token's name, or {@code espalier} for what it does by itself
 * @param action a verb: {@code rollout.start}, {@code rollout.pause}, {@code quarantine.release}
 * @param subject what it was done to: {@code rollout 12}, {@code host web1}
 * @param before what held before; empty where nothing did
 * @param after what holds now; empty where nothing does
 */
public record AuditEntry(
        long id, Instant at, String actor, String action, String subject, String before, String after) {}
