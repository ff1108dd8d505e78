package io.espalier.httpdns;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.httpdns.answer.Answer;
import io.espalier.httpdns.answer.Origin;
import io.espalier.httpdns.answer.Question;
import io.espalier.httpdns.answer.ResourceRecord;
import io.espalier.httpdns.answer.Subnet;
import io.espalier.httpdns.answer.Trace;
import io.espalier.httpdns.resolve.ClientNetworks;
import io.espalier.httpdns.resolve.ResolveSettings;
import io.espalier.httpdns.resolve.ScriptedUpstream;
import io.espalier.httpdns.resolve.ScriptedUpstream.Query;
import io.espalier.httpdns.zone.FleetHost;
import io.espalier.httpdns.zone.LocalRecord;
import io.espalier.httpdns.zone.Tier;
import io.espalier.httpdns.zone.ZoneContent;
import io.espalier.testkit.Await;
import io.espalier.testkit.MutableClock;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.xbill.DNS.ClientSubnetOption;
import org.xbill.DNS.EDNSOption;
import org.xbill.DNS.Message;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Section;

/** Stale answers, failures, refreshes, scopes and single flight, end to end with a clock that tests move. */
class ResolvingTest {
    private static final Question WWW = new Question("www.example", 1, null);
    private static final String SOA = "example. 60 SOA ns.example. root.example. 1 2 3 4 30";

    private final MutableClock clock = MutableClock.fixed();
    private final List<AutoCloseable> open = new ArrayList<>();
    private ScriptedUpstream upstream;
    private Resolving names;

    @BeforeEach
    void start() throws IOException {
        upstream = new ScriptedUpstream(query -> query.send(query.reply("www.example. 60 A 192.0.2.1")));
        open.add(upstream);
        names = resolving(ClientNetworks.UNTOLD);
    }

    private Resolving resolving(ClientNetworks networks) {
        var resolving = new Resolving(
                ResolvingSettings.of(
                        ResolveSettings.of(List.of(upstream.upstream())).with(networks)),
                clock);
        open.add(resolving);
        return resolving;
    }

    @AfterEach
    void stop() throws Exception {
        for (var each : open.reversed()) {
            each.close();
        }
    }

    private Answer lookup(Question question) throws InterruptedException {
        return names.lookup(question, Trace.NONE);
    }

    private static List<String> texts(Answer answer) {
        return answer.records().stream().map(ResourceRecord::text).toList();
    }

    @Test
    void staleAnswerIsGivenWhenTheUpstreamsFail() throws Exception {
        lookup(WWW);
        clock.advance(Duration.ofHours(23));
        upstream.script(query -> query.send(query.negative(2)));
        var answer = lookup(WWW);
        assertThat(answer.origin()).isEqualTo(Origin.STALE);
        assertThat(answer.ttl()).isEqualTo(30);
        assertThat(answer.records().getFirst().ttl()).isEqualTo(30);
        assertThat(answer.note()).startsWith("stale: ").contains("SERVFAIL");
        var asked = upstream.count();
        assertThat(names.atHand(WWW)).isNotNull().extracting(Answer::origin).isEqualTo(Origin.STALE);
        assertThat(upstream.count()).as("nobody waits again for 30 s").isEqualTo(asked);
        clock.advance(Duration.ofSeconds(31));
        assertThat(names.atHand(WWW)).isNull();
    }

    @Test
    void staleAnswerIsGivenAfterTheBudgetWhenTheUpstreamsAreSilentAndTheLateOneIsKept() throws Exception {
        lookup(WWW);
        clock.advance(Duration.ofMinutes(5));
        upstream.script(query -> {
            query.after(Duration.ofMillis(300));
            query.send(query.reply("www.example. 60 A 192.0.2.2"));
        });
        names = new Resolving(
                ResolvingSettings.of(ResolveSettings.of(List.of(upstream.upstream())))
                        .within(Duration.ofMillis(60), Duration.ofSeconds(3)),
                clock);
        open.add(names);
        var first = lookup(WWW);
        assertThat(first.rcode()).as("nothing stale is there yet").isEqualTo(2);
        Await.until("the late answer is kept", () -> names.atHand(WWW) != null);
        clock.advance(Duration.ofMinutes(5));
        // whoever asks while the late search is being put away still shares its answer
        Await.until("the stale answer is given", () -> lookup(WWW).origin() == Origin.STALE);
        assertThat(texts(lookup(WWW))).containsExactly("192.0.2.2");
        Await.until(
                "fresh again",
                () -> names.atHand(WWW) != null && names.atHand(WWW).origin() == Origin.MEMORY);
    }

    @Test
    void nothingIsGivenPastTheStaleTime() throws Exception {
        lookup(WWW);
        clock.advance(Duration.ofHours(25));
        upstream.script(query -> query.send(query.negative(2)));
        assertThat(lookup(WWW).rcode()).isEqualTo(2);
    }

    @Test
    void refreshThatSaysThereIsNoSuchNameWinsOverTheStaleAnswer() throws Exception {
        lookup(WWW);
        clock.advance(Duration.ofMinutes(5));
        upstream.script(query -> query.send(query.negative(3, SOA)));
        assertThat(lookup(WWW).rcode()).isEqualTo(3);
        upstream.script(query -> query.send(query.negative(2)));
        clock.advance(Duration.ofSeconds(40));
        var later = lookup(WWW);
        assertThat(later.rcode()).isEqualTo(3);
        assertThat(later.origin()).isEqualTo(Origin.STALE);
    }

    @Test
    void refreshThatMayNotBeKeptStillWinsOverTheStaleAnswer() throws Exception {
        lookup(WWW);
        clock.advance(Duration.ofMinutes(5));
        upstream.script(query -> query.send(query.negative(3)));
        assertThat(lookup(WWW).rcode()).isEqualTo(3);
        upstream.script(query -> query.send(query.negative(2)));
        assertThat(lookup(WWW).rcode()).isEqualTo(2);
    }

    @Test
    void failureIsRememberedForFiveSecondsThenTen() throws Exception {
        upstream.script(query -> query.send(query.negative(2)));
        assertThat(lookup(WWW).origin()).isEqualTo(Origin.FAILURE);
        var asked = upstream.count();
        clock.advance(Duration.ofMillis(4900));
        assertThat(lookup(WWW).note()).contains("SERVFAIL");
        assertThat(upstream.count()).isEqualTo(asked);
        clock.advance(Duration.ofMillis(200));
        lookup(WWW);
        assertThat(upstream.count()).isGreaterThan(asked);
        asked = upstream.count();
        clock.advance(Duration.ofMillis(4900));
        lookup(WWW);
        assertThat(upstream.count())
                .as("the first five seconds are over, the second are not")
                .isEqualTo(asked);
    }

    @Test
    void popularNameIsRefreshedBeforeItExpires() throws Exception {
        lookup(WWW);
        clock.advance(Duration.ofSeconds(30));
        names.atHand(WWW);
        clock.advance(Duration.ofSeconds(26));
        upstream.script(query -> query.send(query.reply("www.example. 60 A 192.0.2.2")));
        assertThat(texts(names.atHand(WWW))).containsExactly("192.0.2.1");
        Await.until("asked again", () -> upstream.count() == 2);
        Await.until("the new answer", () -> texts(names.atHand(WWW)).equals(List.of("192.0.2.2")));
        assertThat(upstream.count()).isEqualTo(2);
    }

    @Test
    void nameAskedOnceIsNotRefreshed() throws Exception {
        lookup(WWW);
        clock.advance(Duration.ofSeconds(56));
        var explained = new ArrayList<String>();
        names.lookup(WWW, (stage, decision) -> explained.add(decision));
        assertThat(explained).containsExactly("fresh");
    }

    @Test
    void tenThousandMissesAreOneQuestion() throws Exception {
        upstream.script(query -> {
            query.after(Duration.ofMillis(100));
            query.send(query.reply("www.example. 60 A 192.0.2.1"));
        });
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Callable<Answer> one = () -> lookup(WWW);
            var all = new ArrayList<Callable<Answer>>();
            for (var i = 0; i < 10_000; i++) {
                all.add(one);
            }
            for (var each : threads.invokeAll(all)) {
                assertThat(each.get().rcode()).isZero();
            }
        }
        assertThat(upstream.count()).isEqualTo(1);
    }

    @Test
    void eachNetworkGetsItsOwnAnswerAndTheWidestThatHolds() throws Exception {
        var scopes = new ConcurrentHashMap<String, Integer>();
        scopes.put("203.0.113.0", 24);
        scopes.put("203.0.112.0", 16);
        scopes.put("198.51.100.0", 0);
        upstream.script(query -> query.send(scoped(query, scopes)));
        names = resolving(new ClientNetworks(List.of("example"), 24, 56));
        assertThat(texts(from("203.0.113.9"))).containsExactly("203.0.113.0");
        assertThat(texts(from("203.0.113.200"))).containsExactly("203.0.113.0");
        assertThat(texts(from("203.0.112.1"))).containsExactly("203.0.112.0");
        assertThat(texts(from("203.0.77.1"))).as("within /16").containsExactly("203.0.112.0");
        assertThat(texts(from("203.0.113.9"))).as("the longest match").containsExactly("203.0.113.0");
        assertThat(upstream.count()).isEqualTo(2);
        assertThat(texts(from("198.51.100.1"))).containsExactly("198.51.100.0");
        assertThat(texts(from("192.0.2.1"))).as("scope 0 holds for everyone").containsExactly("198.51.100.0");
        assertThat(texts(lookup(WWW))).containsExactly("198.51.100.0");
        assertThat(upstream.count()).isEqualTo(3);
    }

    @Test
    void answerAskedWithoutANetworkIsNotGivenToThoseWhoHaveOne() throws Exception {
        upstream.script(query -> query.send(scoped(query, new ConcurrentHashMap<>())));
        names = resolving(new ClientNetworks(List.of(""), 24, 56));
        assertThat(texts(lookup(WWW))).containsExactly("192.0.2.1");
        assertThat(texts(from("203.0.113.9"))).containsExactly("203.0.113.0");
        assertThat(texts(lookup(new Question("www.example", 1, new Subnet(InetAddress.getByName("0.0.0.0"), 0)))))
                .as("who wants no network told gets what is for nobody")
                .containsExactly("192.0.2.1");
        assertThat(upstream.count()).isEqualTo(2);
    }

    @Test
    void networkIsNotToldUnlessTheNameIsListed() throws Exception {
        upstream.script(query -> query.send(scoped(query, new ConcurrentHashMap<>())));
        names = resolving(new ClientNetworks(List.of("other.test"), 24, 56));
        assertThat(texts(from("203.0.113.9"))).containsExactly("192.0.2.1");
        assertThat(texts(from("198.51.100.9"))).containsExactly("192.0.2.1");
        assertThat(upstream.count()).isEqualTo(1);
    }

    @Test
    void thatThereIsNothingHoldsForEveryNetwork() throws Exception {
        upstream.script(query -> {
            var reply = query.negative(3, SOA);
            reply.addRecord(
                    new OPTRecord(1232, 0, 0, 0, new ClientSubnetOption(24, 24, told(query))), Section.ADDITIONAL);
            query.send(reply);
        });
        names = resolving(new ClientNetworks(List.of("example"), 24, 56));
        assertThat(from("203.0.113.9").rcode()).isEqualTo(3);
        assertThat(from("198.51.100.9").rcode()).isEqualTo(3);
        assertThat(upstream.count()).isEqualTo(1);
    }

    private Answer from(String client) throws Exception {
        return lookup(new Question("www.example", 1, new Subnet(InetAddress.getByName(client), 32)));
    }

    private static InetAddress told(Query query) {
        return query.message().getOPT().getOptions(EDNSOption.Code.CLIENT_SUBNET).stream()
                .map(option -> ((ClientSubnetOption) option).getAddress())
                .findFirst()
                .orElse(null);
    }

    /** Answers with the network that was told, as an address; 192.0.2.1 if none was. */
    private static Message scoped(Query query, ConcurrentHashMap<String, Integer> scopes) throws IOException {
        var told = told(query);
        if (told == null) {
            return query.reply("www.example. 60 A 192.0.2.1");
        }
        var reply = query.reply("www.example. 60 A " + told.getHostAddress());
        var scope = scopes.getOrDefault(told.getHostAddress(), 24);
        reply.addRecord(new OPTRecord(1232, 0, 0, 0, new ClientSubnetOption(24, scope, told)), Section.ADDITIONAL);
        return reply;
    }

    @Test
    void slowUpstreamIsOutrunByTheOther() throws Exception {
        var slow = new ScriptedUpstream(query -> {
            query.after(Duration.ofSeconds(5));
            query.send(query.reply("www.example. 60 A 192.0.2.1"));
        });
        open.add(slow);
        upstream.script(query -> query.send(query.reply("www.example. 60 A 192.0.2.2")));
        names = new Resolving(
                ResolvingSettings.of(ResolveSettings.of(List.of(slow.upstream(), upstream.upstream()))), clock);
        open.add(names);
        var start = System.nanoTime();
        assertThat(texts(lookup(WWW))).containsExactly("192.0.2.2");
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofMillis(1700));
        assertThat(names.counts().upstreams().get(1).hedges()).isPositive();
        Await.until(
                "it is known to be slow",
                () -> names.counts().upstreams().getFirst().averageMicros() > 0);
        var asked = slow.count();
        names.forget("www.example");
        lookup(WWW);
        assertThat(slow.count()).as("the slow one is not asked first again").isEqualTo(asked);
    }

    @Test
    void killedUpstreamIsNotNoticed() throws Exception {
        var other = new ScriptedUpstream(query -> query.send(query.reply(query.name() + " 60 A 192.0.2.2")));
        open.add(other);
        upstream.script(query -> query.send(query.reply(query.name() + " 60 A 192.0.2.1")));
        names = new Resolving(
                ResolvingSettings.of(ResolveSettings.of(List.of(upstream.upstream(), other.upstream()))), clock);
        open.add(names);
        for (var i = 0; i < 200; i++) {
            if (i == 100) {
                upstream.close();
            }
            var answer = lookup(new Question("n" + i + ".example", 1, null));
            assertThat(answer.rcode()).isZero();
        }
        assertThat(other.count()).isGreaterThanOrEqualTo(100);
    }

    @Test
    void localNamesAreAnsweredWithoutAnUpstreamAndLeadOnToOthers() throws Exception {
        names.zones(new ZoneContent(
                1,
                List.of("demo.internal"),
                List.of(new FleetHost("web-1.demo.internal", List.of(InetAddress.getByName("10.0.0.1")), true)),
                List.of(new Tier("web.demo.internal", List.of("web-1.demo.internal"))),
                List.of(new LocalRecord("shop.demo.internal", "CNAME", 20, "www.example.", null)),
                List.of(),
                Duration.ofSeconds(10)));
        var local = names.atHand(new Question("web.demo.internal", 1, null));
        assertThat(local).isNotNull();
        assertThat(texts(local)).containsExactly("10.0.0.1");
        assertThat(local.origin()).isEqualTo(Origin.LOCAL_ZONE);
        assertThat(upstream.count()).isZero();
        var shop = new Question("shop.demo.internal", 1, null);
        assertThat(names.atHand(shop)).isNull();
        assertThat(texts(lookup(shop))).containsExactly("www.example.", "192.0.2.1");
        assertThat(texts(names.atHand(shop))).containsExactly("www.example.", "192.0.2.1");
        assertThat(names.counts().answers())
                .containsEntry(Origin.LOCAL_ZONE, 1L)
                .containsEntry(Origin.UPSTREAM, 1L);
    }

    @Test
    void explanationTellsTheWay() throws Exception {
        var explained = new ArrayList<String>();
        names.lookup(WWW, (stage, decision) -> explained.add(stage + ": " + decision));
        assertThat(explained)
                .containsExactly(
                        "memory: nothing",
                        "upstream " + upstream.upstream().name() + ": answered A of www.example with 1 records",
                        "memory: kept for 60 s");
    }
}
