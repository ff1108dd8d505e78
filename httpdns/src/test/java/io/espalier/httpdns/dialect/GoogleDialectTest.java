package io.espalier.httpdns.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.httpdns.access.Reason;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GoogleDialectTest {
    @Test
    void answersAsGoogleDoes() throws Exception {
        assertThat(Say.get("/resolve?name=a.example.com&type=A"))
                .isEqualTo("{\"Status\":0,\"TC\":false,\"RD\":true,\"RA\":true,\"AD\":false,\"CD\":false,"
                        + "\"Question\":[{\"name\":\"a.example.com.\",\"type\":1}],"
                        + "\"Answer\":[{\"name\":\"a.example.com.\",\"type\":1,\"TTL\":30,\"data\":\"192.0.2.10\"}]}");
    }

    @Test
    void anOutcomeOfDnsIsAnAnswer() throws Exception {
        assertThat(Say.get("/resolve?name=none.example.com"))
                .startsWith("{\"Status\":3,")
                .doesNotContain("Answer");
    }

    @Test
    void theFirstOfSeveralParametersCounts() throws Exception {
        assertThat(Say.get("/resolve?name=a.example.com&name=b.example.com")).contains("192.0.2.10");
    }

    @Test
    void shortIsAListOfData() throws Exception {
        assertThat(Say.get("/resolve?name=www.example.com&short=1")).isEqualTo("[\"192.0.2.1\",\"192.0.2.2\"]");
    }

    @Test
    void cloudflareAsksAtAnotherPathWithItsOwnType() throws Exception {
        var body = Say.body(Request.get("/dns-query?name=a.example.com", "application/dns-json"), Terms.USUAL);
        assertThat(body.contentType()).isEqualTo("application/dns-json");
        assertThat(body.maxAge()).isEqualTo(30);
    }

    @Test
    void theWireFormatMayBeChosen() throws Exception {
        var body = Say.body(Request.get("/resolve?name=a.example.com&ct=application/dns-message", ""), Terms.USUAL);
        assertThat(new org.xbill.DNS.Message(body.bytes())
                        .getSection(org.xbill.DNS.Section.ANSWER)
                        .getFirst()
                        .rdataToString())
                .isEqualTo("192.0.2.10");
    }

    @ParameterizedTest
    @CsvSource({
        "/resolve, MISSING_NAME",
        "/resolve?type=A, MISSING_NAME",
        "/resolve?name=b%C3%BCcher.example, MALFORMED_NAME",
        "/resolve?name=a..b, MALFORMED_NAME",
        "/resolve?name=a&type=0, UNKNOWN_TYPE",
        "/resolve?name=a&type=ANY, UNKNOWN_TYPE",
        "/resolve?name=a&edns_client_subnet=nonsense, BAD_PARAMETER"
    })
    void badInputIsRefusedWithItsReason(String target, Reason reason) {
        assertThat(Say.refusal(target)).isEqualTo(reason);
    }
}
