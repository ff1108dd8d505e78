package io.espalier.orchestrator.dns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.espalier.httpdns.zone.FleetHost;
import io.espalier.httpdns.zone.LocalRecord;
import io.espalier.httpdns.zone.Tier;
import io.espalier.httpdns.zone.ZoneContent;
import io.espalier.orchestrator.fleet.Fleets;
import io.espalier.orchestrator.host.HostPhase;
import io.espalier.orchestrator.host.HostRegistry;
import io.espalier.orchestrator.host.Registries;
import io.espalier.orchestrator.source.TextSnapshot;
import io.espalier.protocol.HostName;
import io.espalier.protocol.Reason;
import io.espalier.testkit.MutableClock;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FleetZoneTest {

    private static final HostName WEB1 = new HostName("web1");
    private static final HostName WEB2 = new HostName("web2");

    private final MutableClock clock = MutableClock.fixed();
    private final HostRegistry registry = Registries.fresh(clock);

    private ZoneContent zone(TextSnapshot source, ZoneContent own) {
        return FleetZone.of(Fleets.read(source), registry::find, "shop.internal", own, Duration.ofSeconds(10), 3);
    }

    private ZoneContent zone() {
        return zone(Fleets.threeHosts(), ZoneContent.EMPTY);
    }

    private static FleetHost host(ZoneContent zone, String name) {
        return zone.hosts().stream()
                .filter(host -> host.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private void healthy(HostName host) {
        registry.seen(host, Reports.status(clock.instant()));
    }

    @Test
    void hostsAndTiersHaveNamesBelowTheZone() {
        ZoneContent zone = zone();

        assertThat(zone.zones()).containsExactly("shop.internal");
        assertThat(zone.hosts())
                .extracting(FleetHost::name)
                .containsExactlyInAnyOrder("db1.shop.internal", "web1.shop.internal", "web2.shop.internal");
        assertThat(host(zone, "web2.shop.internal").addresses()).containsExactly(InetAddress.ofLiteral("10.0.3.2"));
        assertThat(zone.tiers())
                .containsExactly(
                        new Tier("web.shop.internal", List.of("web1.shop.internal", "web2.shop.internal")),
                        new Tier("db.shop.internal", List.of("db1.shop.internal")));
        assertThat(zone.version()).isEqualTo(3);
    }

    @Test
    void hostOfWhichNothingIsKnownCountsAsUp() {
        assertThat(zone().hosts()).allMatch(FleetHost::up);
    }

    @Test
    void hostIsDownWhileItsAgentCannotBeReached() {
        healthy(WEB1);
        registry.lost(WEB2, Reason.TIMED_OUT, "no answer");

        assertThat(host(zone(), "web1.shop.internal").up()).isTrue();
        assertThat(host(zone(), "web2.shop.internal").up()).isFalse();

        healthy(WEB2);
        assertThat(host(zone(), "web2.shop.internal").up()).isTrue();
    }

    @Test
    void hostIsDownAfterFailedHealthChecksAndNotForOtherFailures() {
        healthy(WEB1);
        registry.phase(WEB1, HostPhase.of(HostPhase.Kind.FAILED, Reason.UNHEALTHY, "unit web: answered 503"));
        assertThat(host(zone(), "web1.shop.internal").up()).isFalse();

        registry.phase(WEB1, HostPhase.of(HostPhase.Kind.FAILED, Reason.IO_ERROR, "disk full"));
        assertThat(host(zone(), "web1.shop.internal").up()).isTrue();
    }

    @Test
    void hostWithANameForAnAddressIsItsAliasAndInNoTier() {
        ZoneContent zone = zone(Fleets.threeHosts().with("hosts.yaml", """
                        web1: { address: 10.0.3.1, tier: web }
                        web2: { address: box.example.net, tier: web }
                        """), ZoneContent.EMPTY);

        assertThat(zone.records())
                .containsExactly(new LocalRecord("web2.shop.internal", "CNAME", 10, "box.example.net.", null));
        assertThat(zone.tiers().getFirst().hosts()).containsExactly("web1.shop.internal");
    }

    @Test
    void hostWithoutAnAddressHasThoseThatItsAgentReports() {
        TextSnapshot source = Fleets.threeHosts().with("hosts.yaml", "web1: { tier: web }\n");
        assertThat(zone(source, ZoneContent.EMPTY).hosts()).isEmpty();

        registry.seen(WEB1, Reports.status(clock.instant(), "192.0.2.7", "fe80::1", "2001:db8::7"));

        assertThat(host(zone(source, ZoneContent.EMPTY), "web1.shop.internal").addresses())
                .containsExactly(InetAddress.ofLiteral("192.0.2.7"), InetAddress.ofLiteral("2001:db8::7"));
    }

    @Test
    void hostOfATiersNameHasTheName() {
        ZoneContent zone = zone(Fleets.threeHosts().with("hosts.yaml", """
                        web: { address: 10.0.3.1, tier: web }
                        web2: { address: 10.0.3.2, tier: web }
                        """), ZoneContent.EMPTY);

        assertThat(zone.tiers()).extracting(Tier::name).containsExactly("db.shop.internal");
        assertThat(zone.hosts()).extracting(FleetHost::name).contains("web.shop.internal");
    }

    @Test
    void operatorsRecordsAndZonesStay() {
        var record = new LocalRecord("www.shop.internal", "A", 60, "192.0.2.1", null);
        var own = new ZoneContent(
                0, List.of("other.internal"), List.of(), List.of(), List.of(record), List.of(), Duration.ofSeconds(10));

        ZoneContent zone = zone(Fleets.threeHosts(), own);

        assertThat(zone.zones()).containsExactly("other.internal", "shop.internal");
        assertThat(zone.records()).containsExactly(record);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Shop.internal", "shop..internal", ".internal", "shop.internal.", "a b", "-x.internal"})
    void nameThatNoZoneCanHaveIsRefused(String zone) {
        assertThatThrownBy(() -> FleetZone.checkName(zone))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("espalier.dns.zone");
    }
}
