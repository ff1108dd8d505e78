package io.espalier.httpdns;

import static java.nio.charset.StandardCharsets.US_ASCII;
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
import io.espalier.httpdns.resolve.TsigKey;
import io.espalier.httpdns.resolve.Upstream;
import io.espalier.testkit.Await;
import io.espalier.testkit.MutableClock;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.xbill.DNS.ClientSubnetOption;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.TSIG;

/** Whatever an upstream does, nothing false is given out or kept. */
class EvilUpstreamTest {
    private static final String SOA = "example. 60 SOA ns.example. root.example. 1 2 3 4 30";
    private static final String TRUTH = "www.example. 60 A 192.0.2.1";
    private static final String LIE = "www.example. 60 A 198.51.100.66";

    private final MutableClock clock = MutableClock.fixed();
    private final List<AutoCloseable> open = new ArrayList<>();
    private ScriptedUpstream upstream;
    private Resolving names;

    @BeforeEach
    void start() throws IOException {
        upstream = new ScriptedUpstream(query -> query.send(query.reply(TRUTH)));
        open.add(upstream);
        names = resolving(ClientNetworks.UNTOLD, upstream.upstream());
    }

    @AfterEach
    void stop() throws Exception {
        for (var each : open.reversed()) {
            each.close();
        }
    }

    private Resolving resolving(ClientNetworks networks, Upstream... upstreams) {
        var resolving = new Resolving(
                ResolvingSettings.of(ResolveSettings.of(List.of(upstreams)).with(networks)), clock);
        open.add(resolving);
        return resolving;
    }

    private Answer lookup(String name, int type) throws InterruptedException {
        return names.lookup(new Question(name, type, null), Trace.NONE);
    }

    private static List<String> texts(Answer answer) {
        return answer.records().stream().map(ResourceRecord::text).toList();
    }

    private boolean isKept(String name, int type) {
        return names.atHand(new Question(name, type, null)) != null;
    }

    @Test
    void honestAnswerIsKeptAndItsTtlRunsDown() throws Exception {
        var first = lookup("www.example", 1);
        assertThat(texts(first)).containsExactly("192.0.2.1");
        assertThat(first.origin()).isEqualTo(Origin.UPSTREAM);
        assertThat(first.ttl()).isBetween(57L, 60L);
        clock.advance(Duration.ofSeconds(20));
        var second = names.atHand(new Question("www.example", 1, null));
        assertThat(second).isNotNull();
        assertThat(second.origin()).isEqualTo(Origin.MEMORY);
        assertThat(second.ttl()).isEqualTo(first.ttl() - 20);
        assertThat(second.records().getFirst().ttl()).isLessThanOrEqualTo(40);
        assertThat(upstream.count()).isEqualTo(1);
    }

    @Test
    void answerWithAnotherIdIsNotBelievedAndTheTruthComesOverTcp() throws Exception {
        upstream.script(query -> {
            if (!query.overTcp()) {
                var forged = query.reply(LIE);
                forged.getHeader().setID(forged.getHeader().getID() ^ 1);
                query.send(forged);
            }
            query.send(query.reply(TRUTH));
        });
        assertThat(texts(lookup("www.example", 1))).containsExactly("192.0.2.1");
        assertThat(upstream.streamCount.get()).isEqualTo(1);
        assertThat(names.counts().upstreams().getFirst().nearMisses()).isEqualTo(1);
    }

    @Test
    void answerInAnotherSpellingIsAskedForOverTcp() throws Exception {
        upstream.script(query -> query.send(query.overTcp() ? query.reply(TRUTH) : respelt(query, LIE)));
        assertThat(texts(lookup("www.example", 1))).containsExactly("192.0.2.1");
    }

    @Test
    void upstreamThatNeverKeepsTheSpellingIsAskedPlainlyAfterAWhile() throws Exception {
        upstream.script(query -> query.send(respelt(query, query.name() + " 60 A 192.0.2.1")));
        for (var i = 0; i < 5; i++) {
            assertThat(texts(lookup("a-long-name-to-spell-" + i + ".example", 1)))
                    .containsExactly("192.0.2.1");
        }
        assertThat(upstream.streamCount.get()).isEqualTo(3);
    }

    /** The same answer to the question in lower case, as old servers do. */
    private static Message respelt(Query query, String record) throws IOException {
        var reply = query.reply(record);
        reply.removeAllRecords(Section.QUESTION);
        reply.addRecord(Record.newRecord(Name.fromString(query.name()), query.type(), 1), Section.QUESTION);
        return reply;
    }

    @Test
    void answerToAnotherQuestionIsNotBelieved() throws Exception {
        upstream.script(query -> {
            if (query.overTcp()) {
                query.send(query.reply(TRUTH));
                return;
            }
            var forged = query.reply(LIE);
            forged.removeAllRecords(Section.QUESTION);
            forged.addRecord(Record.newRecord(Name.fromString("bank.example."), 1, 1), Section.QUESTION);
            query.send(forged);
        });
        assertThat(texts(lookup("www.example", 1))).containsExactly("192.0.2.1");
        assertThat(isKept("bank.example", 1)).isFalse();
    }

    @Test
    void answerFromAnotherPortIsNotHeard() throws Exception {
        upstream.script(query -> {
            query.sendFromElsewhere(query.reply(LIE));
            query.after(Duration.ofMillis(30));
            query.send(query.reply(TRUTH));
        });
        assertThat(texts(lookup("www.example", 1))).containsExactly("192.0.2.1");
        assertThat(upstream.streamCount.get()).isZero();
    }

    @Test
    void noiseBeforeTheAnswerIsPassedOver() throws Exception {
        upstream.script(query -> {
            query.send("hello".getBytes(US_ASCII));
            query.send(query.bytes());
            query.send(new byte[0]);
            query.send(query.reply(TRUTH));
        });
        assertThat(texts(lookup("www.example", 1))).containsExactly("192.0.2.1");
        assertThat(upstream.streamCount.get()).isZero();
    }

    @Test
    void garbageBehindAGoodHeaderIsAFailureAndNothingIsKept() throws Exception {
        upstream.script(query -> {
            var wire = query.reply(TRUTH).toWire();
            for (var i = query.bytes().length; i < wire.length; i++) {
                wire[i] = (byte) 0xff;
            }
            wire[7] = 9; // so many answers
            query.send(wire);
        });
        var answer = lookup("www.example", 1);
        assertThat(answer.rcode()).isEqualTo(2);
        assertThat(answer.origin()).isEqualTo(Origin.FAILURE);
        assertThat(answer.note()).contains(upstream.upstream().name());
        assertThat(answer.records()).isEmpty();
    }

    @Test
    void truncatedAnswerIsFetchedWholeOverTcp() throws Exception {
        upstream.script(query -> {
            var reply = query.reply(query.overTcp() ? TRUTH : LIE);
            if (!query.overTcp()) {
                reply.getHeader().setFlag(Flags.TC);
            }
            query.send(reply);
        });
        assertThat(texts(lookup("www.example", 1))).containsExactly("192.0.2.1");
    }

    @Test
    void answerTruncatedOverTcpTooIsAFailure() throws Exception {
        upstream.script(query -> {
            var reply = query.reply(LIE);
            reply.getHeader().setFlag(Flags.TC);
            query.send(reply);
        });
        assertThat(lookup("www.example", 1).rcode()).isEqualTo(2);
    }

    @Test
    void answerOf64KilobytesOverTcpIsTaken() throws Exception {
        upstream.script(query -> {
            if (!query.overTcp()) {
                var reply = query.reply();
                reply.getHeader().setFlag(Flags.TC);
                query.send(reply);
                return;
            }
            var records = new ArrayList<String>();
            for (var i = 0; i < 250; i++) {
                records.add("www.example. 60 TXT \"" + i + "x".repeat(240) + "\"");
            }
            var reply = query.reply(records.toArray(String[]::new));
            assertThat(reply.toWire(65_535).length).isGreaterThan(60_000);
            query.send(reply);
        });
        assertThat(lookup("www.example", 16).records()).hasSize(250);
        assertThat(names.atHand(new Question("www.example", 16, null)).records())
                .hasSize(250);
    }

    @Test
    void streamThatDripsIsGivenUpInTime() throws Exception {
        upstream.script(query -> {
            if (!query.overTcp()) {
                var reply = query.reply();
                reply.getHeader().setFlag(Flags.TC);
                query.send(reply);
                return;
            }
            var out = query.stream().getOutputStream();
            out.write(new byte[] {0x40, 0});
            for (var i = 0; i < 40; i++) {
                query.after(Duration.ofMillis(50));
                out.write(i);
            }
        });
        var start = System.nanoTime();
        assertThat(lookup("www.example", 1).rcode()).isEqualTo(2);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofMillis(2300));
    }

    @Test
    void silenceEndsWithinTheBudget() throws Exception {
        upstream.script(query -> {});
        var start = System.nanoTime();
        var answer = lookup("www.example", 1);
        assertThat(answer.rcode()).isEqualTo(2);
        assertThat(Duration.ofNanos(System.nanoTime() - start))
                .isBetween(Duration.ofMillis(1000), Duration.ofMillis(2300));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4, 5, 9, 15})
    void errorOfOneUpstreamIsMadeGoodByTheNext(int rcode) throws Exception {
        upstream.script(query -> query.send(query.negative(rcode)));
        var good = new ScriptedUpstream(query -> query.send(query.reply(TRUTH)));
        open.add(good);
        names = resolving(ClientNetworks.UNTOLD, upstream.upstream(), good.upstream());
        assertThat(texts(lookup("www.example", 1))).containsExactly("192.0.2.1");
    }

    @Test
    void loopInOneAnswerIsAFailure() throws Exception {
        upstream.script(query ->
                query.send(query.reply("www.example. 60 CNAME b.example.", "b.example. 60 CNAME www.example.")));
        assertThat(lookup("www.example", 1).rcode()).isEqualTo(2);
    }

    @Test
    void loopOverManyAnswersIsAFailureAndBounded() throws Exception {
        upstream.script(query -> query.send(query.reply(
                query.name() + " 60 CNAME " + (query.name().equals("www.example.") ? "b.example." : "www.example."))));
        assertThat(lookup("www.example", 1).rcode()).isEqualTo(2);
        assertThat(upstream.count()).isEqualTo(2);
    }

    @Test
    void endlessChainIsGivenUp() throws Exception {
        upstream.script(query -> query.send(query.reply(query.name() + " 60 CNAME x" + query.name())));
        assertThat(lookup("www.example", 1).rcode()).isEqualTo(2);
        assertThat(upstream.count()).isLessThan(10);
    }

    @Test
    void aliasWithoutItsTargetIsFollowed() throws Exception {
        upstream.script(query -> query.send(
                query.name().equals("www.example.")
                        ? query.reply("www.example. 60 CNAME host.example.")
                        : query.reply("host.example. 30 A 192.0.2.7")));
        var answer = lookup("www.example", 1);
        assertThat(texts(answer)).containsExactly("host.example.", "192.0.2.7");
        assertThat(answer.ttl()).isLessThanOrEqualTo(30);
        assertThat(isKept("host.example", 1)).isFalse();
    }

    @Test
    void aliasWhoseTargetIsSaidToHaveNothingWithoutProofIsNotKept() throws Exception {
        upstream.script(query -> query.send(
                query.name().equals("www.example.")
                        ? query.reply("www.example. 60 CNAME host.example.")
                        : query.reply()));
        assertThat(texts(lookup("www.example", 1))).containsExactly("host.example.");
        assertThat(isKept("www.example", 1)).isFalse();
    }

    @Test
    void recordsThatWereNotAskedForAreDropped() throws Exception {
        upstream.script(query -> {
            var reply = query.reply(
                    0,
                    new String[] {TRUTH, "bank.example. 60 A 198.51.100.66", "www.example. 60 MX 1 mx.example."},
                    new String[] {"example. 60 NS evil.test.", "com. 60 NS evil.test."});
            reply.addRecord(ScriptedUpstream.record("evil.test. 60 A 198.51.100.66"), Section.ADDITIONAL);
            query.send(reply);
        });
        var answer = lookup("www.example", 1);
        assertThat(texts(answer)).containsExactly("192.0.2.1");
        assertThat(answer.authority()).isEmpty();
        assertThat(isKept("bank.example", 1)).isFalse();
        assertThat(isKept("www.example", 15)).isFalse();
        assertThat(isKept("evil.test", 1)).isFalse();
    }

    @Test
    void soaOfAnotherZoneDoesNotProveThatThereIsNothing() throws Exception {
        upstream.script(query ->
                query.send(query.negative(3, "other.test. 3600 SOA ns.other.test. root.other.test. 1 2 3 4 3600")));
        assertThat(lookup("www.example", 1).rcode()).isEqualTo(3);
        assertThat(isKept("www.example", 1)).isFalse();
    }

    @Test
    void negativeWithoutSoaIsNotKept() throws Exception {
        upstream.script(query -> query.send(query.negative(3)));
        assertThat(lookup("www.example", 1).rcode()).isEqualTo(3);
        assertThat(lookup("www.example", 1).rcode()).isEqualTo(3);
        assertThat(upstream.count()).isEqualTo(2);
    }

    @Test
    void negativeIsKeptAsLongAsItsSoaSays() throws Exception {
        upstream.script(query -> query.send(query.negative(3, SOA)));
        assertThat(lookup("www.example", 1).ttl()).isBetween(28L, 30L);
        assertThat(isKept("www.example", 1)).isTrue();
        clock.advance(Duration.ofSeconds(31));
        assertThat(isKept("www.example", 1)).isFalse();
    }

    @Test
    void nxdomainThatBringsRecordsIsAFailure() throws Exception {
        upstream.script(query -> query.send(query.reply(3, new String[] {LIE}, new String[] {SOA})));
        assertThat(lookup("www.example", 1).rcode()).isEqualTo(2);
    }

    @Test
    void referralIsNotTakenForAnAnswer() throws Exception {
        upstream.script(query -> {
            var reply = query.negative(0, "example. 60 NS ns.example.");
            reply.getHeader().unsetFlag(Flags.RA);
            query.send(reply);
        });
        assertThat(lookup("www.example", 1).rcode()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1L << 31, (1L << 32) - 1})
    void ttlOfNothingOrOfTooMuchIsKeptForOneSecond(long ttl) throws Exception {
        upstream.script(query -> {
            var wire = query.reply(TRUTH).toWire();
            for (var i = 0; i < 4; i++) {
                wire[wire.length - 10 + i] = (byte) (ttl >> (24 - 8 * i));
            }
            query.send(wire);
        });
        var answer = lookup("www.example", 1);
        assertThat(answer.ttl()).isEqualTo(1);
        assertThat(answer.records().getFirst().ttl()).isEqualTo(1);
        clock.advance(Duration.ofMillis(1001));
        assertThat(isKept("www.example", 1)).isFalse();
    }

    @Test
    void greatTtlIsCapped() throws Exception {
        upstream.script(query -> query.send(query.reply("www.example. 2147483647 A 192.0.2.1")));
        assertThat(lookup("www.example", 1).ttl()).isBetween(82_000L, 86_400L);
    }

    @Test
    void answerForAnotherClientNetworkIsNotBelieved() throws Exception {
        names = resolving(new ClientNetworks(List.of("example"), 24, 56), upstream.upstream());
        upstream.script(query -> {
            var reply = query.reply(LIE);
            reply.addRecord(
                    new OPTRecord(1232, 0, 0, 0, new ClientSubnetOption(24, 24, InetAddress.getByName("198.51.100.0"))),
                    Section.ADDITIONAL);
            query.send(reply);
        });
        var client = new Subnet(InetAddress.getByName("203.0.113.9"), 32);
        assertThat(names.lookup(new Question("www.example", 1, client), Trace.NONE)
                        .rcode())
                .isEqualTo(2);
        assertThat(upstream.streamCount.get()).isPositive();
    }

    @Test
    void answerWhoseSignatureDoesNotHoldIsNotBelieved() throws Exception {
        var key = new TsigKey("fleet-key", "hmac-sha256", new byte[32]);
        names = resolving(ClientNetworks.UNTOLD, new Upstream(upstream.address(), key));
        assertThat(lookup("www.example", 1).rcode()).isEqualTo(2);

        var signer = new TSIG(TSIG.HMAC_SHA256, Name.fromString("fleet-key."), new byte[32]);
        upstream.script(query -> {
            var reply = query.reply("new.example. 60 A 192.0.2.9");
            reply.setTSIG(signer, 0, query.message().getTSIG());
            query.send(reply);
        });
        assertThat(texts(lookup("new.example", 1))).containsExactly("192.0.2.9");

        upstream.script(query -> {
            var reply = query.reply("forged.example. 60 A 198.51.100.66");
            reply.setTSIG(
                    new TSIG(TSIG.HMAC_SHA256, Name.fromString("fleet-key."), new byte[] {1, 2, 3}),
                    0,
                    query.message().getTSIG());
            query.send(reply);
        });
        assertThat(lookup("forged.example", 1).rcode()).isEqualTo(2);
    }

    @Test
    void thatThereIsNoSuchNameIsNotBelievedWithoutTheQuestion() throws Exception {
        upstream.script(query -> {
            var forged = query.negative(3, SOA);
            forged.removeAllRecords(Section.QUESTION);
            query.send(query.overTcp() ? query.reply(TRUTH) : forged);
        });
        assertThat(texts(lookup("www.example", 1))).containsExactly("192.0.2.1");
    }

    @Test
    void upstreamThatWasDownIsAskedAgainOnceItIsBack() throws Exception {
        upstream.script(query -> query.send(query.negative(5)));
        for (var i = 0; i < 3; i++) {
            lookup("a" + i + ".example", 1);
        }
        assertThat(names.counts().upstreams().getFirst().down()).isTrue();
        upstream.script(query -> query.send(query.reply(". 60 NS ns.example.")));
        Await.until(
                "the probe finds it up",
                () -> !names.counts().upstreams().getFirst().down());
    }

    @Test
    void privateAddressOfAPublicNameIsNotGivenOut() throws Exception {
        upstream.script(query -> query.send(query.reply("www.example. 60 A 10.0.0.1", TRUTH)));
        assertThat(texts(lookup("www.example", 1))).containsExactly("192.0.2.1");
        var again = names.atHand(new Question("www.example", 1, null));
        assertThat(texts(again)).containsExactly("192.0.2.1");
        assertThat(again.note()).isEqualTo("left out: 1 record of a private network");
        lookup("printer.local", 1);
        assertThat(upstream.count()).as("no upstream hears of a private name").isEqualTo(1);
    }

    @Test
    void everyTypeComesThroughInItsOwnForm() throws Exception {
        upstream.script(query -> query.send(query.reply(
                "www.example. 60 AAAA 2001:db8::1",
                "www.example. 60 MX 10 Mail.Example.",
                "www.example. 60 TXT \"a b\" \"c\"",
                "www.example. 60 SRV 1 2 80 host.example.",
                "www.example. 60 HTTPS 1 . alpn=h2 ipv4hint=192.0.2.1",
                "www.example. 60 CAA 0 issue \"ca.example\"")));
        assertThat(texts(lookup("www.example", 28))).containsExactly("2001:db8::1");
        assertThat(texts(lookup("www.example", 15))).containsExactly("10 mail.example.");
        assertThat(texts(lookup("www.example", 16))).containsExactly("\"a b\" \"c\"");
        assertThat(texts(lookup("www.example", 33))).containsExactly("1 2 80 host.example.");
        assertThat(texts(lookup("www.example", 65))).containsExactly("1 . alpn=h2 ipv4hint=192.0.2.1");
        assertThat(texts(lookup("www.example", 257))).containsExactly("0 issue \"ca.example\"");
        assertThat(texts(names.atHand(new Question("www.example", 15, null)))).containsExactly("10 mail.example.");
    }
}
