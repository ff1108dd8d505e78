package io.espalier.protocol.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * @param target {@code user@host} or {@code user@host:port}
 * @param name of the host in the fleet; the machine's own name if absent
 * @param hostKey the fingerprint {@code SHA256:...} that a person agreed to
 * @param password of the user, or null to use {@code privateKey} or the orchestrator's own key
 * @param privateKey of the user, in OpenSSH's form; used once and not kept
 */
public record EnrolRequest(
        String target,
        @Nullable String name,
        List<String> tags,
        @Nullable String hostKey,
        @Nullable String password,
        @Nullable String privateKey) {

    /** Without the secrets. */
    @Override
    public String toString() {
        return "EnrolRequest[" + target + ", name=" + name + ", tags=" + tags + ", hostKey=" + hostKey + "]";
    }
}
