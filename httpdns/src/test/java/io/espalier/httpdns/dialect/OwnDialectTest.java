package io.espalier.httpdns.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.httpdns.access.Reason;
import io.espalier.httpdns.answer.Question;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OwnDialectTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "/dn?www.example.com",
                "/dn?domain=www.example.com",
                "/dn?dn=WWW.Example.COM.",
                "/dn?host=www.example.com&type=a",
                "/dn?name=www%2Eexample.com&type=1",
                "/dn?www.example.com&type=TYPE1&format=text"
            })
    void oneNameHasAnAddressAndItsTtlOnEachLine(String target) throws Exception {
        assertThat(Say.get(target)).isEqualTo("192.0.2.1 60\n192.0.2.2 60\n");
    }

    @Test
    void severalNamesStandBeforeTheirAddresses() throws Exception {
        assertThat(Say.get("/dn?domain=a.example.com,b.example.com&domain=none.example.com"))
                .isEqualTo("a.example.com 192.0.2.10 30\nb.example.com 192.0.2.11 40\n");
    }

    @Test
    void aNameAskedTwiceIsAnsweredOnce() throws Exception {
        assertThat(Say.get("/dn?a.example.com,A.EXAMPLE.com.")).isEqualTo("192.0.2.10 30\n");
    }

    @Test
    void aNameThatIsNotThereHasNoLineButAStatus() throws Exception {
        var body = Say.body(Request.get("/dn?none.example.com", ""), Terms.USUAL);
        assertThat(body.bytes()).isEmpty();
        assertThat(body.headers()).containsEntry("DNS-Status", "NXDOMAIN");
        assertThat(body.maxAge()).isEqualTo(15);
    }

    @Test
    void jsonSaysAll() throws Exception {
        assertThat(Say.get("/dn?a.example.com&format=json"))
                .isEqualTo("{\"name\":\"a.example.com\",\"type\":\"A\",\"status\":\"NOERROR\",\"ttl\":30,"
                        + "\"addresses\":[\"192.0.2.10\"],\"records\":[{\"name\":\"a.example.com\",\"type\":\"A\","
                        + "\"ttl\":30,\"data\":\"192.0.2.10\"}],\"origin\":\"memory\",\"stale\":false}\n");
    }

    @Test
    void jsonOfSeveralIsAList() throws Exception {
        assertThat(Say.get("/dn?v4.example.com&type=addrs&format=json"))
                .startsWith("[{\"name\":\"v4.example.com\",\"type\":\"A\"")
                .contains("},{\"name\":\"v4.example.com\",\"type\":\"AAAA\",\"status\":\"NOERROR\",\"ttl\":50,"
                        + "\"addresses\":[]")
                .endsWith("}]\n");
    }

    @Test
    void acceptChoosesJsonToo() throws Exception {
        var body = Say.body(Request.get("/dn?a.example.com", "application/json"), Terms.USUAL);
        assertThat(body.contentType()).isEqualTo("application/json");
    }

    @Test
    void internationalNamesBecomeALabels() throws Exception {
        var asked = Dialects.read(Request.get("/dn?b%C3%BCcher.example", ""), Terms.USUAL, Say.NOW);
        assertThat(asked.questions()).containsExactly(new Question("xn--bcher-kva.example", 1, null));
    }

    @ParameterizedTest
    @CsvSource({
        "/dn, MISSING_NAME",
        "/dn?, MISSING_NAME",
        "/dn?domain=, MISSING_NAME",
        "/dn?a..example.com, MALFORMED_NAME",
        "/dn?.example.com, MALFORMED_NAME",
        "/dn?exa%20mple.com, MALFORMED_NAME",
        "/dn?a%00b, MALFORMED_NAME",
        "/dn?fa%C3%9F.de, MALFORMED_NAME",
        "/dn?domain=a&type=ANY, UNKNOWN_TYPE",
        "/dn?domain=a&type=AXFR, UNKNOWN_TYPE",
        "/dn?domain=a&type=255, UNKNOWN_TYPE",
        "/dn?domain=a&type=99999, UNKNOWN_TYPE",
        "/dn?domain=a&type=nonsense, UNKNOWN_TYPE",
        "'/dn?domain=a&type=A,NS,MX,TXT,SOA', BAD_PARAMETER",
        "/dn?domain=a&format=xml, BAD_PARAMETER",
        "/dn?domain=a&ip=localhost, BAD_PARAMETER",
        "/dn?domain=a&ip=1.2.3, BAD_PARAMETER",
        "/dn?domain=a&ip=1.2.3.4/33, BAD_PARAMETER",
        "/dn?domain=%zz, BAD_PARAMETER",
        "/dn?domain=%ff, BAD_PARAMETER",
        "'/dn?1,2,3,4,5,6,7,8,9,10,11', TOO_MANY_NAMES",
        "/nothing, NOT_FOUND",
        "/dn/x/y, NOT_FOUND"
    })
    void badInputIsRefusedWithItsReason(String target, Reason reason) {
        assertThat(Say.refusal(target)).isEqualTo(reason);
    }

    @Test
    void namesHaveTheirLengths() throws Exception {
        var label = "x".repeat(63);
        var longest = String.join(".", label, label, label, "x".repeat(61));
        assertThat(longest).hasSize(253);
        assertThat(Say.get("/dn?" + longest)).isEmpty();
        assertThat(Say.refusal("/dn?" + longest + "x")).isEqualTo(Reason.NAME_TOO_LONG);
        assertThat(Say.refusal("/dn?" + label + "x.example.com")).isEqualTo(Reason.NAME_TOO_LONG);
    }

    @Test
    void otherMethodsAreRefused() {
        var request = new Request("POST", "/dn", "a.example.com", "", "", new byte[0]);
        assertThat(Say.refusal(request, Terms.USUAL)).isEqualTo(Reason.METHOD_NOT_ALLOWED);
    }

    @Test
    void tooManyParametersAreRefused() {
        assertThat(Say.refusal("/dn?" + "a=b&".repeat(65))).isEqualTo(Reason.BAD_PARAMETER);
    }
}
