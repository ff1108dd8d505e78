package io.espalier.orchestrator.source.hosting;

import io.espalier.orchestrator.source.git.PackLimits;
import java.time.Duration;

/**
 * @param limits of one push
 * @param maxFiles in a revision of a followed ref
 * @param allowRewrite whether a followed ref may be force-pushed or deleted
 * @param checkTime after which a check that has not ended refuses the push
 * @param followTime after which a pusher is no longer kept waiting for the rollout
 */
public record PushRules(
        PackLimits limits, int maxFiles, boolean allowRewrite, Duration checkTime, Duration followTime) {

    public static final PushRules DEFAULT =
            new PushRules(PackLimits.DEFAULT, 100_000, false, Duration.ofMinutes(2), Duration.ofHours(1));
}
