package io.espalier.httpdns.zone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.espalier.httpdns.answer.Question;
import io.espalier.httpdns.answer.ResourceRecord;
import io.espalier.httpdns.answer.Subnet;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ZonesTest {
    private static FleetHost host(String name, boolean up, String... addresses) throws UnknownHostException {
        var list = new ArrayList<InetAddress>();
        for (var each : addresses) {
            list.add(InetAddress.getByName(each));
        }
        return new FleetHost(name, list, up);
    }

    private static ZoneContent fleet(boolean first, boolean second) throws UnknownHostException {
        return new ZoneContent(
                7,
                List.of("demo.internal"),
                List.of(
                        host("web-1.demo.internal", first, "10.0.0.1", "fd00::1"),
                        host("web-2.demo.internal", second, "10.0.0.2")),
                List.of(new Tier("web.demo.internal", List.of("web-1.demo.internal", "web-2.demo.internal"))),
                List.of(
                        new LocalRecord("www.demo.internal", "CNAME", 60, "web.demo.internal.", null),
                        new LocalRecord("cdn.demo.internal", "CNAME", 60, "cdn.example.", null),
                        new LocalRecord("a.loop.test", "CNAME", 60, "b.loop.test.", null),
                        new LocalRecord("b.loop.test", "CNAME", 60, "a.loop.test.", null),
                        new LocalRecord("api.example", "A", 60, "192.0.2.1", null),
                        new LocalRecord("api.example", "A", 60, "10.1.1.1", "office"),
                        new LocalRecord("api.example", "A", 60, "10.2.2.2", "lab"),
                        new LocalRecord("deep.er.demo.internal", "TXT", 60, "\"x\"", null)),
                List.of(
                        new View("office", List.of(new Subnet(InetAddress.getByName("10.1.0.0"), 16))),
                        new View("lab", List.of(new Subnet(InetAddress.getByName("10.1.9.0"), 24)))),
                Duration.ofSeconds(10));
    }

    private static List<String> texts(ZoneContent content, String name, int type) {
        var local = new Zones(content).find(new Question(name, type, null));
        assertThat(local).isNotNull();
        return local.answer().records().stream().map(ResourceRecord::text).toList();
    }

    @Test
    void hostAnswersWithItsAddressesAndTheyLeadBack() throws Exception {
        var fleet = fleet(true, true);
        assertThat(texts(fleet, "web-1.demo.internal", 1)).containsExactly("10.0.0.1");
        assertThat(texts(fleet, "web-1.demo.internal", 28)).containsExactly("fd00::1");
        assertThat(texts(fleet, "1.0.0.10.in-addr.arpa", 12)).containsExactly("web-1.demo.internal.");
        assertThat(texts(fleet, "1" + ".0".repeat(29) + ".d.f.ip6.arpa", 12)).containsExactly("web-1.demo.internal.");
    }

    @Test
    void deadMemberLeavesItsTier() throws Exception {
        assertThat(texts(fleet(true, true), "web.demo.internal", 1)).containsExactly("10.0.0.1", "10.0.0.2");
        var local = new Zones(fleet(true, false)).find(new Question("web.demo.internal", 1, null));
        assertThat(local.answer().records()).extracting(ResourceRecord::text).containsExactly("10.0.0.1");
        assertThat(local.answer().note()).isEqualTo("left out as down: web-2.demo.internal");
        assertThat(local.answer().ttl()).isEqualTo(10);
    }

    @Test
    void tierWhoseMembersAreAllDeadGivesAllAndSaysSo() throws Exception {
        var local = new Zones(fleet(false, false)).find(new Question("web.demo.internal", 1, null));
        assertThat(local.answer().records()).hasSize(2);
        assertThat(local.answer().note()).contains("all members of web.demo.internal are down");
    }

    @Test
    void aliasIsFollowedAmongLocalNamesAndTellsWhereItLeavesThem() throws Exception {
        assertThat(texts(fleet(true, true), "www.demo.internal", 1))
                .containsExactly("web.demo.internal.", "10.0.0.1", "10.0.0.2");
        var local = new Zones(fleet(true, true)).find(new Question("cdn.demo.internal", 1, null));
        assertThat(local.target()).isEqualTo("cdn.example");
        assertThat(texts(fleet(true, true), "cdn.demo.internal", 5)).containsExactly("cdn.example.");
        assertThat(new Zones(fleet(true, true))
                        .find(new Question("a.loop.test", 1, null))
                        .answer()
                        .rcode())
                .isEqualTo(2);
    }

    @Test
    void clientsOfAViewSeeTheirRecordsAndTheNarrowestViewWins() throws Exception {
        var zones = new Zones(fleet(true, true));
        assertThat(seen(zones, "203.0.113.1")).containsExactly("192.0.2.1");
        assertThat(seen(zones, "10.1.1.1")).containsExactly("10.1.1.1");
        assertThat(seen(zones, "10.1.9.1")).containsExactly("10.2.2.2");
        assertThat(texts(fleet(true, true), "api.example", 1)).containsExactly("192.0.2.1");
    }

    private static List<String> seen(Zones zones, String client) throws UnknownHostException {
        var subnet = new Subnet(InetAddress.getByName(client), 32);
        return zones.find(new Question("api.example", 1, subnet)).answer().records().stream()
                .map(ResourceRecord::text)
                .toList();
    }

    @Test
    void whatIsNotInAZoneDoesNotExistAndOthersAreAskedForTheRest() throws Exception {
        var zones = new Zones(fleet(true, true));
        var missing = zones.find(new Question("nope.demo.internal", 1, null)).answer();
        assertThat(missing.rcode()).isEqualTo(3);
        assertThat(missing.authority().getFirst().name()).isEqualTo("demo.internal");
        var inner = zones.find(new Question("er.demo.internal", 1, null)).answer();
        assertThat(inner.rcode()).as("a name above another exists").isZero();
        assertThat(inner.records()).isEmpty();
        assertThat(zones.find(new Question("xdemo.internal", 1, null))).isNull();
        assertThat(zones.find(new Question("api.example", 28, null)).answer().records())
                .isEmpty();
    }

    @Test
    void contentThatContradictsItselfIsRefused() {
        assertThatThrownBy(() -> new Zones(new ZoneContent(
                        1,
                        List.of(),
                        List.of(),
                        List.of(new Tier("web", List.of("gone"))),
                        List.of(),
                        List.of(),
                        Duration.ofSeconds(10))))
                .hasMessage("tier web: there is no host gone");
        assertThatThrownBy(() -> new LocalRecord("a", "A", 60, "no address", null))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new LocalRecord("a", "NONSENSE", 60, "x", null))
                .hasMessage("a: NONSENSE is no type");
    }
}
