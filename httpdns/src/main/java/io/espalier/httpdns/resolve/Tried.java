package io.espalier.httpdns.resolve;

import io.espalier.httpdns.answer.Subnet;
import org.jspecify.annotations.Nullable;

/** How one attempt at one upstream ended. */
sealed interface Tried {
    /** @param scope the network the upstream says this holds for; null for everyone */
    record Answered(
            Upstream upstream,
            Sifting.Sifted.Good good,
            @Nullable Subnet scope) implements Tried {}

    record Lost(Upstream upstream, String why) implements Tried {}
}
