package io.espalier.orchestrator.balance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.espalier.orchestrator.balance.PeersContent.Member;
import io.espalier.orchestrator.balance.PeersContent.State;
import io.espalier.orchestrator.fleet.Fleet;
import io.espalier.orchestrator.fleet.Fleets;
import io.espalier.orchestrator.fleet.Host;
import io.espalier.orchestrator.host.HostRegistry;
import io.espalier.orchestrator.host.Registries;
import io.espalier.orchestrator.source.TextSnapshot;
import io.espalier.protocol.HostName;
import io.espalier.protocol.Reason;
import io.espalier.testkit.MutableClock;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PeersTest {

    private final HostRegistry registry = Registries.fresh(MutableClock.fixed());

    private static TextSnapshot source(String hosts) {
        return TextSnapshot.of("shop")
                .with("fleet.yaml", "fleet: shop\ntiers: [ l1, l2, dns, web ]\n")
                .with("hosts.yaml", hosts)
                .with("units/l1.yaml", """
                        unit: lb-l1
                        on: { tier: l1 }
                        files: [ { to: /etc/nginx/espalier-peers.json, template: nginx-lua/l1.peers.json.ftl } ]
                        """)
                .with("units/l2.yaml", """
                        unit: lb-l2
                        on: { tier: l2 }
                        files: [ { to: /etc/nginx/espalier-peers.json, template: nginx-lua/l2.peers.json.ftl } ]
                        """)
                .with("templates/nginx-lua/l1.peers.json.ftl", "")
                .with("templates/nginx-lua/l2.peers.json.ftl", "");
    }

    private static final String USUAL = """
            l1a: { address: 10.0.1.1, tier: l1 }
            l2a: { address: 10.0.2.1, tier: l2 }
            l2b: { address: 10.0.2.2, tier: l2, vars: { lb: { weight: 50 } } }
            l2c: { address: "2001:db8::2:3", tier: l2, vars: { lb: { drain: true, port: 9000 } } }
            web1: { address: 10.0.3.1, tier: web }
            """;

    private Drawn draw(String hosts, String balancer) {
        Fleet fleet = Fleets.read(source(hosts));
        Host host = fleet.hosts().get(new HostName(balancer));
        return Peers.draw(fleet, Peers.balancer(fleet, host), registry::find);
    }

    private PeersContent content(String hosts, String balancer) {
        return switch (draw(hosts, balancer)) {
            case Drawn.Ready(var content) -> content;
            case Drawn.Impossible(var why) -> throw new AssertionError(why);
        };
    }

    private List<String> states(String hosts, String balancer) {
        return content(hosts, balancer).members().stream()
                .map(member -> member.name() + " " + member.state())
                .toList();
    }

    private void lost(String... hosts) {
        for (String host : hosts) {
            registry.lost(new HostName(host), Reason.UNREACHABLE, "gone");
        }
    }

    @Test
    void balancersAreTheHostsThatHaveThePeersOfATemplate() {
        Fleet fleet = Fleets.read(source(USUAL));

        assertThat(Peers.balancerHosts(fleet))
                .extracting(host -> host.name().value())
                .containsExactly("l1a", "l2a", "l2b", "l2c");
        assertThat(Peers.balancerHosts(Fleets.read(Fleets.threeHosts()))).isEmpty();
    }

    @Test
    void firstLayerSendsToTheSecondAsItsVariablesSay() {
        PeersContent content = content(USUAL, "l1a");

        assertThat(content.members())
                .extracting(Member::name, Member::address, Member::weight, Member::state)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("l2a", "10.0.2.1:8080", 100, State.UP),
                        org.assertj.core.groups.Tuple.tuple("l2b", "10.0.2.2:8080", 50, State.UP),
                        org.assertj.core.groups.Tuple.tuple("l2c", "[2001:db8:0:0:0:0:2:3]:9000", 100, State.DRAIN));
        assertThat(content.json(42))
                .startsWith(
                        "{\"version\":42,\"tiers\":{\"l2\":{\"members\":[{\"name\":\"l2a\",\"address\":\"10.0.2.1:8080\","
                                + "\"weight\":100,\"state\":\"up\"},");
    }

    @Test
    void memberThatIsOutIsDownAndReturns() {
        lost("l2a");
        assertThat(states(USUAL, "l1a")).containsExactly("l2a DOWN", "l2b UP", "l2c DRAIN");
    }

    @Test
    void whereNobodyWouldBeLeftAllAreGivenAndTold() {
        lost("l2a", "l2b", "l2c");

        assertThat(states(USUAL, "l1a")).containsExactly("l2a UP", "l2b UP", "l2c DRAIN");
        assertThat(content(USUAL, "l1a").notes()).containsExactly("everyone of the main group is out; all are given");
    }

    @Test
    void canaryHasItsOwnLastMember() {
        String hosts = USUAL.replace("{ weight: 50 }", "{ group: next }")
                .replace(
                        "tier: l1 }",
                        "tier: l1, vars: { lb: { canary: [ { group: next, percent: 5 }, { group: gone } ] } } }");
        lost("l2b");

        PeersContent content = content(hosts, "l1a");

        assertThat(states(hosts, "l1a")).containsExactly("l2a UP", "l2b UP", "l2c DRAIN");
        assertThat(content.json(1))
                .contains("\"group\":\"next\"")
                .contains("\"canary\":[{\"group\":\"next\",\"percent\":5}]");
    }

    @Test
    void hostWithoutAnIpAddressIsLeftOutAndTold() {
        String hosts = USUAL.replace("10.0.2.2", "box.example.net");

        assertThat(states(hosts, "l1a")).containsExactly("l2a UP", "l2c DRAIN");
        assertThat(content(hosts, "l1a").notes()).containsExactly("l2b is left out: it has no IP address");
    }

    @Test
    void addressOfTwoHostsIsGivenOnce() {
        assertThat(content(USUAL.replace("10.0.2.2", "10.0.2.1"), "l1a").notes())
                .containsExactly("l2b is left out: 10.0.2.1:8080 is another's");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "drain: true, port: 9000 | weight: 1001 | l2c: lb.weight: 1001 (expected: 0 to 1000)",
                "drain: true, port: 9000 | port: 0 | l2c: lb.port: 0 (expected: 1 to 65535)",
                "drain: true, port: 9000 | drain: maybe | l2c: lb.drain: maybe (expected: true or false)",
                "weight: 50 | weight: 1.5 | l2b: lb.weight: 1.5 (expected: 0 to 1000)",
            })
    void variableThatMakesNoSenseIsTold(String from, String to, String why) {
        assertThat(draw(USUAL.replace(from, to), "l1a")).isEqualTo(new Drawn.Impossible(why));
    }

    @Test
    void nobodyToSendToIsNoDocument() {
        assertThat(draw(USUAL, "l2a")).isEqualTo(new Drawn.Impossible("nobody of tier dns would be left to send to"));
    }

    @Test
    void tierThatIsNotThereIsTold() {
        String hosts = USUAL.replace("tier: l1 }", "tier: l1, vars: { lb: { tier: nope } } }");

        assertThatThrownBy(() -> draw(hosts, "l1a")).hasMessageContaining("no tier 'nope'");
    }

    @Test
    void samePeersHaveTheSameDigestWhateverTheNotes() {
        PeersContent before = content(USUAL, "l1a");
        assertThat(content(USUAL, "l1a").digest()).isEqualTo(before.digest());
        lost("l2a");
        assertThat(content(USUAL, "l1a").digest()).isNotEqualTo(before.digest());
    }
}
