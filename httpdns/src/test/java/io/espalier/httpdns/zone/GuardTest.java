package io.espalier.httpdns.zone;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.httpdns.answer.Answer;
import io.espalier.httpdns.answer.Origin;
import io.espalier.httpdns.answer.Question;
import io.espalier.httpdns.answer.ResourceRecord;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GuardTest {
    private final Guard guard = new Guard(true, List.of("corp.example"));

    private Answer cleaned(String name, String type, String text) {
        var record = LocalRecord.parsed(name, type, 60, text);
        var answer = new Answer(
                new Question(name, record.type(), null),
                0,
                List.of(record, LocalRecord.parsed(name, "A", 60, "192.0.2.1")),
                List.of(),
                null,
                60,
                Origin.MEMORY,
                null);
        return guard.cleaned(answer);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0.0.0.0",
                "10.1.2.3",
                "100.64.0.1",
                "127.0.0.1",
                "169.254.169.254",
                "172.31.255.255",
                "192.0.0.8",
                "192.168.1.1",
                "198.19.0.1",
                "224.0.0.1",
                "255.255.255.255"
            })
    void privateAddressOfAPublicNameIsLeftOut(String address) {
        var clean = cleaned("www.example", "A", address);
        assertThat(clean.records()).extracting(ResourceRecord::text).containsExactly("192.0.2.1");
        assertThat(clean.note()).isEqualTo("left out: 1 record of a private network");
        assertThat(cleaned("db.corp.example", "A", address).records()).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "::",
                "::1",
                "::ffff:10.0.0.1",
                "::ffff:127.0.0.1",
                "64:ff9b::a00:1",
                "64:ff9b:1::1",
                "fe80::1",
                "fec0::1",
                "fc00::1",
                "fdff::1",
                "ff02::1",
                "2002:a00:1::1",
                "::7f00:1"
            })
    void privateAddressOfTheOtherFamilyIsLeftOutHoweverItIsWrapped(String address) {
        assertThat(cleaned("www.example", "AAAA", address).records()).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({
        "A,8.8.8.8",
        "A,100.128.0.1",
        "A,172.32.0.1",
        "A,198.20.0.1",
        "AAAA,2001:db8::1",
        "AAAA,64:ff9b::808:808",
        "AAAA,::ffff:8.8.8.8",
        "AAAA,2002:808:808::1",
        "TXT,10.0.0.1"
    })
    void publicOnesStay(String type, String text) {
        var clean = cleaned("www.example", type, text);
        assertThat(clean.records()).hasSize(2);
        assertThat(clean.note()).isNull();
    }

    @Test
    void privateHintOfAnHttpsRecordIsFoundToo() {
        assertThat(cleaned("www.example", "HTTPS", "1 . alpn=h2 ipv4hint=192.0.2.1,10.0.0.1")
                        .records())
                .hasSize(1);
        assertThat(cleaned("www.example", "HTTPS", "1 host.example. ipv6hint=fd00::1")
                        .records())
                .hasSize(1);
        assertThat(cleaned("www.example", "HTTPS", "1 . alpn=h2 ipv4hint=192.0.2.1")
                        .records())
                .hasSize(2);
    }

    @ParameterizedTest
    @CsvSource({
        "localhost,1,3",
        "x.localhost,1,3",
        "printer.local,1,3",
        "a.onion,1,3",
        "1.0.0.10.in-addr.arpa,12,3",
        "9.9.31.172.in-addr.arpa,12,3",
        "1.0.127.100.in-addr.arpa,12,3",
        "www.example,255,5",
        "www.example,252,5"
    })
    void privateNamesAndAbusiveQuestionsGoNoFurther(String name, int type, int rcode) {
        var refusal = guard.refusal(new Question(name, type, null));
        assertThat(refusal).isNotNull();
        assertThat(refusal.rcode()).isEqualTo(rcode);
        assertThat(refusal.note()).isNotBlank();
    }

    @ParameterizedTest
    @CsvSource({
        "www.example,1",
        "local.example,1",
        "1.0.32.172.in-addr.arpa,12",
        "notlocalhost,1",
        "8.8.8.8.in-addr.arpa,12"
    })
    void otherNamesGoOn(String name, int type) {
        assertThat(guard.refusal(new Question(name, type, null))).isNull();
    }
}
