package io.espalier.orchestrator.balance;

import io.espalier.orchestrator.host.LinkException;
import io.espalier.orchestrator.host.Links;
import io.espalier.orchestrator.host.Watchdog;
import io.espalier.orchestrator.host.Wire;
import io.espalier.protocol.Digest;
import io.espalier.protocol.HostName;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Takes documents to balancers: gives them a version, sends them, and understands the answer. */
final class Courier {

    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final JsonMapper JSON = JsonMapper.shared();

    private final Links links;
    private final Versions versions;
    private final @Nullable String token;
    private final Watchdog watchdog;

    Courier(Links links, Versions versions, @Nullable String token, Watchdog watchdog) {
        this.links = links;
        this.versions = versions;
        this.token = token;
        this.watchdog = watchdog;
    }

    /** How a delivery ended. */
    sealed interface Outcome {
        record Taken(long version) implements Outcome {}

        record Failed(String why) implements Outcome {}
    }

    /** Waits for 10 s at most once the host is connected. */
    Outcome deliver(Balancer to, PeersContent content) {
        String secret = token;
        if (secret == null || secret.isBlank()) {
            return new Outcome.Failed("there is no token for it (set espalier.balance.token)");
        }
        HostName host = to.host().name();
        Digest digest = content.digest();
        try {
            long version = versions.of(host, digest);
            AdminExchange.Reply reply = put(to, secret, content.json(version));
            if (reply.status() == 409) {
                // It has seen more than we remember: an older database was put back, or somebody else pushes.
                Optional<Long> theirs = version(get(to, secret));
                if (theirs.isEmpty()) {
                    return new Outcome.Failed(words(reply));
                }
                version = versions.above(host, digest, theirs.get());
                reply = put(to, secret, content.json(version));
            }
            return reply.status() == 200 ? new Outcome.Taken(version) : new Outcome.Failed(words(reply));
        } catch (LinkException e) {
            return new Outcome.Failed(e.reason().word() + ": " + e.getMessage());
        } catch (IOException e) {
            return new Outcome.Failed(String.valueOf(e.getMessage()));
        }
    }

    private AdminExchange.Reply put(Balancer to, String secret, String document) throws IOException {
        return over(to, wire -> AdminExchange.put(wire, secret, document));
    }

    private AdminExchange.Reply get(Balancer to, String secret) throws IOException {
        return over(to, wire -> AdminExchange.get(wire, secret));
    }

    private interface Exchange {
        AdminExchange.Reply over(Wire wire) throws IOException;
    }

    private AdminExchange.Reply over(Balancer to, Exchange exchange) throws IOException {
        try (Wire wire = links.tunnel(to.host(), to.port());
                var watch = watchdog.watch(LIMIT, wire::abort)) {
            try {
                return exchange.over(wire);
            } catch (IOException e) {
                throw watch.hasExpired() ? new IOException("no answer within " + LIMIT.toSeconds() + " s", e) : e;
            }
        }
    }

    private static Optional<Long> version(AdminExchange.Reply reply) {
        try {
            JsonNode version = JSON.readTree(reply.body()).path("version");
            return reply.status() == 200 && version.isIntegralNumber()
                    ? Optional.of(version.asLong())
                    : Optional.empty();
        } catch (JacksonException noJson) {
            return Optional.empty();
        }
    }

    private static String words(AdminExchange.Reply reply) {
        String words = "";
        try {
            JsonNode told = JSON.readTree(reply.body());
            words = told.path("reason").asString("") + ": "
                    + told.path("detail").asString("");
        } catch (JacksonException noJson) {
            // nginx itself answered; its status says enough
        }
        String clean = words.replaceAll("[^\\x20-\\x7e]", "?");
        return "it answered " + reply.status()
                + (clean.length() > 2 ? " " + clean.substring(0, Math.min(300, clean.length())) : "");
    }
}
