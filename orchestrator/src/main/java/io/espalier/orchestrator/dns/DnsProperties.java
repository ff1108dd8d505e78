package io.espalier.orchestrator.dns;

import io.espalier.httpdns.ConfigException;
import io.espalier.httpdns.HttpDnsApplication;
import io.espalier.httpdns.HttpDnsSettings;
import io.espalier.httpdns.front.FrontSettings;
import io.espalier.httpdns.resolve.Upstream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * HTTPDNS in this process.
 *
 * @param enabled whether it runs at all
 * @param listen address and port for plain HTTP
 * @param zone below which the fleet's hosts and tiers are; the fleet's name and {@code .internal} if absent
 * @param ttl of their addresses, 1 s to 1 h
 * @param upstreams resolvers for all other names; this machine's if empty
 * @param loops event loops, each a thread
 * @param config an {@code httpdns.yaml} with everything else (Redis, accounts, records, views, TLS); it wins over these keys
 */
@ConfigurationProperties("espalier.dns")
public record DnsProperties(
        @DefaultValue("true") boolean enabled,
        @DefaultValue("127.0.0.1:8053") String listen,
        @Nullable String zone,
        @DefaultValue("10s") Duration ttl,
        @DefaultValue List<String> upstreams,
        @DefaultValue("1") int loops,
        @Nullable Path config) {

    private static final int PORT = 8053;
    private static final int DNS_PORT = 53;
    private static final HttpDnsSettings.Drain DRAIN = new HttpDnsSettings.Drain(Duration.ZERO, Duration.ofSeconds(1));

    /** @throws IllegalArgumentException saying which key is wrong, or where in the file */
    HttpDnsSettings settings() {
        List<Upstream> resolvers = upstreams.isEmpty()
                ? HttpDnsApplication.machineUpstreams()
                : upstreams.stream()
                        .map(text -> new Upstream(HttpDnsSettings.address(text, DNS_PORT)))
                        .toList();
        HttpDnsSettings usual = HttpDnsSettings.of("127.0.0.1", PORT, resolvers);
        FrontSettings front = usual.front();
        var base = new HttpDnsSettings(
                usual.resolving(),
                usual.zones(),
                new FrontSettings(
                        List.of(HttpDnsSettings.address(listen, PORT)),
                        front.listenTls(),
                        front.tls(),
                        loops,
                        front.limits(),
                        front.subnets(),
                        front.isShared()),
                usual.access(),
                usual.warmUp(),
                DRAIN);
        if (config == null) {
            return base;
        }
        try {
            return HttpDnsSettings.read(config, base);
        } catch (ConfigException e) {
            throw new IllegalArgumentException("espalier.dns.config: " + e.getMessage(), e);
        }
    }

    /** The zone that was given, if one was. */
    Optional<String> givenZone() {
        return Optional.ofNullable(zone).filter(text -> !text.isBlank()).map(FleetZone::checkName);
    }
}
