package io.espalier.orchestrator.access;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings under {@code espalier.access}, used once: by the first start on an empty database.
 *
 * @param firstUser the name of the first user, who may do everything
 * @param firstPassword of that user; if absent, one is made up and printed
 * @param firstToken a token of that user, beginning with {@code esp_}; none if absent
 */
@ConfigurationProperties("espalier.access")
record AccessProperties(
        @DefaultValue("admin") String firstUser,
        @Nullable String firstPassword,
        @Nullable String firstToken) {

    @Override
    public String toString() {
        return "AccessProperties[" + firstUser + "]";
    }
}
