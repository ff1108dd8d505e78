package io.espalier.httpdns.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.httpdns.FixedNames;
import io.espalier.httpdns.access.Reason;
import io.espalier.httpdns.access.RefusedException;
import io.espalier.httpdns.answer.Answer;
import io.espalier.httpdns.answer.Origin;
import io.espalier.httpdns.answer.Question;
import io.espalier.httpdns.answer.ResourceRecord;
import io.espalier.httpdns.answer.Subnet;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.xbill.DNS.ClientSubnetOption;
import org.xbill.DNS.DClass;
import org.xbill.DNS.ExtendedErrorCodeOption;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Opcode;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/** Queries are made and responses are read with dnsjava, which knows nothing of the code under test. */
class WireDialectTest {
    private static Message query(String name, int type) throws Exception {
        var query = Message.newQuery(Record.newRecord(Name.fromString(name), type, DClass.IN));
        query.getHeader().setID(0);
        return query;
    }

    private static Request get(Message query) {
        return Request.get(
                "/dns-query?dns=" + Base64.getUrlEncoder().withoutPadding().encodeToString(query.toWire()), "");
    }

    private static Request post(byte[] query) {
        return new Request("POST", "/dns-query", "", WireDialect.MEDIA_TYPE, "", query);
    }

    private static Message ask(Request request) throws Exception {
        return new Message(Say.body(request, Terms.USUAL).bytes());
    }

    @Test
    void getAndPostAnswerTheSame() throws Exception {
        var query = query("www.example.com.", Type.A);
        var body = Say.body(get(query), Terms.USUAL);
        assertThat(body.maxAge()).isEqualTo(60);
        assertThat(body.bytes())
                .isEqualTo(Say.body(post(query.toWire()), Terms.USUAL).bytes());
        var response = new Message(body.bytes());
        assertThat(response.getHeader().getFlag(Flags.QR)).isTrue();
        assertThat(response.getHeader().getFlag(Flags.RA)).isTrue();
        assertThat(response.getHeader().getFlag(Flags.RD)).isTrue();
        assertThat(response.getRcode()).isZero();
        assertThat(response.getSection(Section.ANSWER))
                .extracting(Record::rdataToString)
                .containsExactly("192.0.2.1", "192.0.2.2");
        assertThat(response.getSection(Section.ANSWER))
                .extracting(Record::getTTL)
                .containsOnly(60L);
    }

    @Test
    void theExampleOfTheRfcIsRead() throws Exception {
        // RFC 8484, 4.1.1: www.example.com, A
        var request = Request.get("/dns-query?dns=AAABAAABAAAAAAAAA3d3dwdleGFtcGxlA2NvbQAAAQAB", "");
        assertThat(ask(request).getSection(Section.ANSWER)).hasSize(2);
    }

    @Test
    void idAndSpellingComeBackAsSent() throws Exception {
        var query = Message.newQuery(Record.newRecord(Name.fromString("WwW.eXaMpLe.CoM."), Type.A, DClass.IN));
        query.getHeader().setID(4711);
        var response = ask(post(query.toWire()));
        assertThat(response.getHeader().getID()).isEqualTo(4711);
        assertThat(response.getQuestion().getName()).hasToString("WwW.eXaMpLe.CoM.");
        assertThat(response.getSection(Section.ANSWER)).hasSize(2);
    }

    @Test
    void whatIsNotThereIsAnAnswerToo() throws Exception {
        assertThat(ask(get(query("none.example.com.", Type.A))).getRcode()).isEqualTo(Rcode.NXDOMAIN);
    }

    @Test
    void anyAndTransfersAreRefusedByRcode() throws Exception {
        assertThat(ask(get(query("www.example.com.", Type.ANY))).getRcode()).isEqualTo(Rcode.REFUSED);
        assertThat(ask(get(query("www.example.com.", Type.AXFR))).getRcode()).isEqualTo(Rcode.REFUSED);
        var chaos = Message.newQuery(Record.newRecord(Name.fromString("version.bind."), Type.TXT, DClass.CH));
        assertThat(ask(get(chaos)).getRcode()).isEqualTo(Rcode.REFUSED);
        var notify = query("www.example.com.", Type.SOA);
        notify.getHeader().setOpcode(Opcode.NOTIFY);
        assertThat(ask(get(notify)).getRcode()).isEqualTo(Rcode.NOTIMP);
    }

    @Test
    void namesAreCompressedAndReadBackWhole() throws Exception {
        var question = new Question("www.example.com", 1, null);
        var records = List.of(
                new ResourceRecord(
                        "www.example.com",
                        5,
                        300,
                        Name.fromString("cdn.example.net.").toWire(),
                        "cdn.example.net."),
                new ResourceRecord("cdn.example.net", 1, 60, new byte[] {(byte) 192, 0, 2, 9}, "192.0.2.9"),
                new ResourceRecord("cdn.example.net", 1, 60, new byte[] {(byte) 192, 0, 2, 8}, "192.0.2.8"));
        var answer = new Answer(question, 0, records, List.of(), null, 40, Origin.MEMORY, null);
        var bytes = WireMessage.write(WireMessage.Query.of(question), answer);
        var response = new Message(bytes);
        assertThat(response.getSection(Section.ANSWER))
                .extracting(Record::toString)
                .containsExactly(
                        "www.example.com.\t40\tIN\tCNAME\tcdn.example.net.",
                        "cdn.example.net.\t40\tIN\tA\t192.0.2.9",
                        "cdn.example.net.\t40\tIN\tA\t192.0.2.8");
        assertThat(bytes).hasSizeLessThan(120);
    }

    @Test
    void theClientSubnetComesBackWithTheScopeOnlyIfItCounted() throws Exception {
        var query = query("www.example.com.", Type.A);
        query.addRecord(
                new OPTRecord(1232, 0, 0, 0, new ClientSubnetOption(24, InetAddress.ofLiteral("198.51.100.0"))),
                Section.ADDITIONAL);
        var asked = Dialects.read(post(query.toWire()), Terms.USUAL, Say.NOW);
        var network = new Subnet(InetAddress.ofLiteral("198.51.100.0"), 24);
        assertThat(asked.claim()).isEqualTo(network);
        assertThat(asked.isForMany()).isFalse();

        var scope = new Subnet(InetAddress.ofLiteral("198.51.0.0"), 16);
        var counted = asked.forClient(network);
        var answer =
                new Answer(counted.questions().getFirst(), 0, List.of(), List.of(), scope, 40, Origin.UPSTREAM, null);
        var option =
                subnet(new Message(counted.reply().write(List.of(answer), "").bytes()));
        assertThat(option.getSourcePrefixLength()).isEqualTo(24);
        assertThat(option.getScopePrefixLength()).isEqualTo(16);
        assertThat(option.getAddress()).isEqualTo(InetAddress.ofLiteral("198.51.100.0"));

        var ignored =
                new Answer(asked.questions().getFirst(), 0, List.of(), List.of(), null, 40, Origin.UPSTREAM, null);
        assertThat(new Message(asked.reply().write(List.of(ignored), "").bytes())
                        .getOPT()
                        .getOptions(8))
                .isEmpty();
    }

    private static ClientSubnetOption subnet(Message message) {
        return (ClientSubnetOption) message.getOPT().getOptions(8).getFirst();
    }

    @Test
    void staleAndFailingAnswersSaySo() throws Exception {
        var query = query("www.example.com.", Type.A);
        query.addRecord(new OPTRecord(1232, 0, 0, 0), Section.ADDITIONAL);
        var asked = Dialects.read(post(query.toWire()), Terms.USUAL, Say.NOW);
        var stale = new Answer(
                asked.questions().getFirst(), 0, List.of(), List.of(), null, 30, Origin.STALE, "10.0.0.53 timed out");
        assertThat(error(asked, stale).getErrorCode()).isEqualTo(3);
        assertThat(error(asked, stale).getText()).isEqualTo("stale: no upstream could answer");
        var failed = new Answer(
                asked.questions().getFirst(), 2, List.of(), List.of(), null, 5, Origin.FAILURE, "all timed out");
        assertThat(error(asked, failed).getErrorCode()).isEqualTo(22);
        assertThat(error(asked, failed).getText()).isEqualTo("no upstream could answer");
        assertThat(asked.reply().write(List.of(failed), "").maxAge()).isZero();
    }

    private static ExtendedErrorCodeOption error(Asked asked, Answer answer) throws Exception {
        var message = new Message(asked.reply().write(List.of(answer), "").bytes());
        return (ExtendedErrorCodeOption) message.getOPT().getOptions(15).getFirst();
    }

    @Test
    void anAnswerTooLargeIsCutAtARecord() throws Exception {
        var question = new Question("big.example.com", 16, null);
        var records = new ArrayList<ResourceRecord>();
        for (var i = 0; i < 400; i++) {
            var data = new byte[201];
            data[0] = (byte) 200;
            records.add(new ResourceRecord("big.example.com", 16, 60, data, "..."));
        }
        var answer = new Answer(question, 0, records, List.of(), null, 60, Origin.MEMORY, null);
        var bytes = WireMessage.write(WireMessage.Query.of(question), answer);
        assertThat(bytes).hasSizeLessThanOrEqualTo(WireMessage.MAX);
        var response = new Message(bytes);
        assertThat(response.getHeader().getFlag(Flags.TC)).isTrue();
        assertThat(response.getSection(Section.ANSWER)).hasSizeGreaterThan(250);
    }

    @Test
    void whatIsNoQueryIsRefused() throws Exception {
        assertThat(Say.refusal("/dns-query")).isEqualTo(Reason.BAD_MESSAGE);
        assertThat(Say.refusal("/dns-query?dns=%21%21")).isEqualTo(Reason.BAD_MESSAGE);
        assertThat(Say.refusal("/dns-query?dns=AAAA")).isEqualTo(Reason.BAD_MESSAGE);
        var response = query("a.", Type.A);
        response.getHeader().setFlag(Flags.QR);
        assertThat(Say.refusal(get(response), Terms.USUAL)).isEqualTo(Reason.BAD_MESSAGE);
        var wrongType = new Request(
                "POST", "/dns-query", "", "text/plain", "", query("a.", Type.A).toWire());
        assertThat(Say.refusal(wrongType, Terms.USUAL)).isEqualTo(Reason.UNSUPPORTED_TYPE);
        var put = new Request(
                "PUT",
                "/dns-query",
                "",
                WireDialect.MEDIA_TYPE,
                "",
                query("a.", Type.A).toWire());
        assertThat(Say.refusal(put, Terms.USUAL)).isEqualTo(Reason.METHOD_NOT_ALLOWED);
    }

    /** Whatever comes is either a query that the answer fits, or refused; nothing else is thrown. */
    @Test
    void brokenQueriesNeverBreakTheReader() throws Exception {
        var random = new Random(8484);
        var whole = query("some.longer.name.example.com.", Type.AAAA);
        whole.addRecord(
                new OPTRecord(1232, 0, 0, 0, new ClientSubnetOption(24, InetAddress.ofLiteral("198.51.100.0"))),
                Section.ADDITIONAL);
        var seed = whole.toWire();
        var read = 0;
        for (var i = 0; i < 200_000; i++) {
            var bytes = java.util.Arrays.copyOf(seed, random.nextInt(4) == 0 ? random.nextInt(90) : seed.length);
            for (var n = random.nextInt(4); n > 0 && bytes.length > 0; n--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            try {
                var query = WireMessage.read(bytes);
                var name = query.question().name();
                assertThat(name.length()).isLessThan(254);
                var answer = FixedNames.answer(name, 1, 60, Origin.MEMORY, "192.0.2.1");
                new Message(WireMessage.write(query, answer));
                read++;
            } catch (RefusedException e) {
                assertThat(e.reason()).isIn(Reason.BAD_MESSAGE, Reason.MALFORMED_NAME);
            }
        }
        assertThat(read).isGreaterThan(1000);
    }
}
