package io.espalier.httpdns.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.httpdns.access.RefusedException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Whatever a client sends, a dialect either reads it or refuses it. */
class FuzzTest {
    private static final List<String> SEEDS = List.of(
            "/dn?domain=www.example.com,b.example.com&type=A,AAAA&ip=203.0.113.7/24&format=json&id=x&exp=1&s=00",
            "/d?dn=www.example.com&id=1&alg=aes&ip=203.0.113.7&ttl=1&clientip=1&type=addrs&token=x",
            "/100000/d?host=www.example.com&query=4,6&ip=203.0.113.7&t=1&s=00",
            "/100000/sign_resolve?host=a.example.com,b.example.com&t=1&s=00",
            "/v2/d?id=1&m=2&dn=a,b&q=4,6&cip=203.0.113.7&tags=x&sdns-a=b&v=1.0&exp=1&s=00&enc=00ff",
            "/resolve?name=www.example.com&type=AAAA&cd=1&edns_client_subnet=203.0.113.0/24&short=1&uid=1&key=00&ts=1",
            "/resolve?domain=a,b&account_id=1&timestamp=1700000000000&sign=00&type=A&ip=203.0.113.7",
            "/dns-query?dns=AAABAAABAAAAAAAAA3d3dwdleGFtcGxlA2NvbQAAAQAB");
    private static final String ALPHABET = "%&=,./?+:-_;|\\\"<>{}[]aA0f\u00e4\u0000\uff0e\r\n ";

    @Test
    void brokenTargetsAreReadOrRefused() {
        var random = new Random(53);
        var terms = SignatureVectorsTest.terms();
        var read = 0;
        for (var i = 0; i < 200_000; i++) {
            var text = new StringBuilder(SEEDS.get(random.nextInt(SEEDS.size())));
            for (var n = random.nextInt(5); n > 0; n--) {
                var at = random.nextInt(text.length());
                switch (random.nextInt(4)) {
                    case 0 -> text.setCharAt(at, ALPHABET.charAt(random.nextInt(ALPHABET.length())));
                    case 1 -> text.insert(at, ALPHABET.charAt(random.nextInt(ALPHABET.length())));
                    case 2 -> text.deleteCharAt(at);
                    default -> text.insert(at, text.substring(at, Math.min(text.length(), at + 30)));
                }
            }
            try {
                var asked = Dialects.read(Request.get(text.toString(), ""), terms, Say.NOW);
                for (var question : asked.questions()) {
                    assertThat(question.name()).matches("[a-z0-9_/.-]{0,253}");
                    assertThat(question.client()).isNull();
                }
                read++;
            } catch (RefusedException e) {
                assertThat(e.getMessage()).isNotBlank();
                Dialects.refusal(Request.get(text.toString(), ""), e.reason(), e.getMessage());
            }
        }
        assertThat(read).isGreaterThan(5_000);
    }

    @Test
    void flatJsonIsReadOrRefused() {
        var random = new Random(7);
        for (var i = 0; i < 100_000; i++) {
            var text = new StringBuilder(
                    "{\"dn\":\"a.example.com\",\"q\":\"4,6\",\"n\":12.5,\"t\":true,\"u\":\"\\u0041\"}");
            for (var n = random.nextInt(4); n > 0; n--) {
                var at = random.nextInt(text.length());
                if (random.nextBoolean()) {
                    text.setCharAt(at, ALPHABET.charAt(random.nextInt(ALPHABET.length())));
                } else {
                    text.setLength(at);
                    text.append('}');
                }
            }
            try {
                assertThat(FlatJson.parse(text.toString())).isNotNull();
            } catch (RefusedException e) {
                assertThat(e.getMessage()).isNotBlank();
            }
        }
    }
}
