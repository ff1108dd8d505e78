package io.espalier.orchestrator.balance;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Peers for load balancers.
 *
 * @param enabled whether any are delivered
 * @param token that the balancers know as {@code /etc/nginx/espalier.token}; nothing is delivered without one
 */
@ConfigurationProperties("espalier.balance")
public record BalanceProperties(
        @DefaultValue("true") boolean enabled, @Nullable String token) {

    @Override
    public String toString() {
        return "BalanceProperties[" + enabled + "]";
    }
}
