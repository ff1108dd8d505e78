package io.espalier.orchestrator.rollout;

import io.espalier.protocol.Digest;
import io.espalier.protocol.release.Manifest;
import java.util.Optional;

/**
 * @param kind {@code DEPLOY} or {@code HEAL}
 * @param agreedTo the digest of the plan that a person saw: that one is carried out or nothing is
 * @param overQuarantine whether a person wants it although it is quarantined, which lets it out
 */
public record StartOptions(Manifest.Kind kind, Optional<Digest> agreedTo, boolean overQuarantine) {

    /** What a push or a poll starts. */
    public static final StartOptions AUTOMATIC = new StartOptions(Manifest.Kind.DEPLOY, Optional.empty(), false);

    /** What puts drift right. */
    public static final StartOptions HEAL = new StartOptions(Manifest.Kind.HEAL, Optional.empty(), false);

    public StartOptions {
        if (kind == Manifest.Kind.ROLLBACK) {
            throw new IllegalArgumentException("kind: ROLLBACK (expected: DEPLOY or HEAL; see Rollouts.rollback)");
        }
    }

    /** What a person starts after having seen the plan. */
    public static StartOptions agreed(Digest plan) {
        return new StartOptions(Manifest.Kind.DEPLOY, Optional.of(plan), false);
    }
}
