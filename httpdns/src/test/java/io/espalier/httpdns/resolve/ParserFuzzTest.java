package io.espalier.httpdns.resolve;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.httpdns.resolve.ReplyCheck.Verdict;
import io.espalier.httpdns.resolve.Sifting.Sifted;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;

/** Bytes of every kind, most of them nearly an answer: nothing is thrown, and nothing comes through for other names. */
class ParserFuzzTest {
    private static final List<String> ANSWERS = List.of(
            "www.example. 60 CNAME host.example.",
            "host.example. 60 A 192.0.2.1",
            "host.example. 60 AAAA 2001:db8::1",
            "www.example. 60 A 192.0.2.9",
            "www.example. 60 MX 10 mail.example.",
            "www.example. 60 TXT \"some text\"",
            "www.example. 60 SRV 1 2 80 host.example.",
            "www.example. 60 HTTPS 1 . alpn=h2 ipv4hint=192.0.2.1",
            "www.example. 60 CAA 0 issue \"ca.example\"",
            "www.example. 60 SOA ns.example. root.example. 1 2 3 4 5");

    private static byte[] reply(Ask ask, Random random) throws IOException {
        var reply = new Message(ask.id);
        reply.getHeader().setFlag(Flags.QR);
        var sent = new Message(ask.bytes);
        reply.addRecord(sent.getQuestion(), Section.QUESTION);
        for (var i = random.nextInt(6); i > 0; i--) {
            reply.addRecord(
                    ScriptedUpstream.record(ANSWERS.get(random.nextInt(ANSWERS.size()))),
                    random.nextInt(4) == 0 ? Section.AUTHORITY : Section.ANSWER);
        }
        return reply.toWire();
    }

    @Test
    void mangledRepliesAreJudgedWithoutAnError() throws Exception {
        var secure = new SecureRandom();
        var types = new int[] {1, 28, 5, 15, 16, 33, 65, 257, 6};
        var fits = 0;
        for (var seed = 0; seed < 20_000; seed++) {
            var random = new Random(seed);
            var ask = Ask.of("www.example", types[random.nextInt(types.length)], null, null, true, secure);
            var bytes = reply(ask, random);
            for (var i = random.nextInt(5); i > 0; i--) {
                var from = random.nextInt(3) == 0 ? 0 : Math.min(bytes.length - 1, 12 + ask.question.length);
                bytes[random.nextInt(from, bytes.length)] = (byte) random.nextInt();
            }
            if (random.nextInt(10) == 0) {
                bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length + 20));
            }
            if (ReplyCheck.judge(ask, bytes, random.nextBoolean()) instanceof Verdict.Fits fit) {
                fits++;
                check(ask, fit.message());
            }
        }
        assertThat(fits).isGreaterThan(1_500);
    }

    private static void check(Ask ask, Message message) throws IOException {
        if (!(Sifting.sift(message, ask.name, ask.type) instanceof Sifted.Good good)) {
            return;
        }
        var name = "www.example";
        for (var each : good.records()) {
            assertThat(each.name()).isEqualTo(name);
            assertThat(each.ttl()).isBetween(0L, (1L << 31) - 1);
            if (each.type() != ask.type) {
                assertThat(each.type()).isEqualTo(5);
                name = each.text().substring(0, each.text().length() - 1);
            }
        }
        assertThat(good.records().size())
                .isLessThanOrEqualTo(message.getSection(Section.ANSWER).size());
    }

    @Test
    void pureNoiseIsNeverAnAnswer() throws Exception {
        var secure = new SecureRandom();
        for (var seed = 0; seed < 20_000; seed++) {
            var random = new Random(seed);
            var ask = Ask.of("www.example", 1, null, null, true, secure);
            var bytes = new byte[random.nextInt(600)];
            random.nextBytes(bytes);
            assertThat(ReplyCheck.judge(ask, bytes, false)).isNotInstanceOf(Verdict.Fits.class);
        }
    }

    @Test
    void eachQuestionIsSpeltAndNumberedAtRandom() throws Exception {
        var secure = new SecureRandom();
        var spellings = new HashSet<String>();
        var ids = new HashSet<Integer>();
        for (var i = 0; i < 2000; i++) {
            var ask = Ask.of("a-rather-long-name.example", 1, null, null, true, secure);
            Record question = new Message(ask.bytes).getQuestion();
            spellings.add(question.getName().toString());
            ids.add(ask.id);
        }
        assertThat(spellings.size()).isGreaterThan(1900);
        assertThat(ids.size()).isGreaterThan(1800);
    }
}
