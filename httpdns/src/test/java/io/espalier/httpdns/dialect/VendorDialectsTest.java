package io.espalier.httpdns.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.httpdns.access.Reason;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@SuppressWarnings("StringConcatToTextBlock") // the exact bytes of a reply, without a newline at the end
class VendorDialectsTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            value = {
                "/d?dn=www.example.com 192.0.2.1;192.0.2.2",
                "/d?dn=www.example.com&ttl=1 192.0.2.1;192.0.2.2,60",
                "/d?dn=www.example.com.&ttl=1&clientip=1 192.0.2.1;192.0.2.2,60|203.0.113.7",
                "/d?dn=www.example.com&type=aaaa&ttl=1 2001:db8::1,120",
                "/d?dn=www.example.com&type=addrs&ttl=1&clientip=1 "
                        + "192.0.2.1;192.0.2.2,60-2001:db8::1,120|203.0.113.7",
                "/d?dn=v4.example.com&type=addrs&ttl=1 192.0.2.20,50-0,50",
                "/d?dn=a.example.com&query=1&ttl=1 a.example.com.:192.0.2.10,30"
            })
    void dnspodAnswersInItsText(String target, String expected) throws Exception {
        assertThat(Say.get(target)).isEqualTo(expected);
    }

    @Test
    void dnspodAnswersSeveralNamesInLines() throws Exception {
        assertThat(Say.get("/d?dn=a.example.com,b.example.com,none.example.com&ttl=1&clientip=1"))
                .isEqualTo("a.example.com.:192.0.2.10,30|203.0.113.7\n"
                        + "b.example.com.:192.0.2.11,40|203.0.113.7\n"
                        + "none.example.com.:0,15|203.0.113.7");
    }

    @Test
    void dnspodAnswersNothingWithNothing() throws Exception {
        assertThat(Say.get("/d?dn=none.example.com&ttl=1")).isEmpty();
    }

    @Test
    void dnspodTakesAForm() throws Exception {
        var form = "dn=a.example.com&ttl=1".getBytes(StandardCharsets.US_ASCII);
        var type = "application/x-www-form-urlencoded; charset=utf-8";
        var body = Say.body(new Request("POST", "/d", "", type, "", form), Terms.USUAL);
        assertThat(body.bytes()).asString().isEqualTo("192.0.2.10,30");
        assertThat(Say.refusal(new Request("POST", "/d", "", "text/plain", "", form), Terms.USUAL))
                .isEqualTo(Reason.UNSUPPORTED_TYPE);
        assertThat(Say.refusal(new Request("PUT", "/d", "", type, "", form), Terms.USUAL))
                .isEqualTo(Reason.METHOD_NOT_ALLOWED);
    }

    @Test
    void alibabaAnswersOneHost() throws Exception {
        assertThat(Say.get("/100000/d?host=WWW.example.com"))
                .isEqualTo("{\"host\":\"WWW.example.com\",\"ips\":[\"192.0.2.1\",\"192.0.2.2\"],\"ttl\":60,"
                        + "\"origin_ttl\":60,\"client_ip\":\"203.0.113.7\"}");
    }

    @Test
    void alibabaAnswersBothFamilies() throws Exception {
        assertThat(Say.get("/100000/d?host=www.example.com&query=4,6"))
                .isEqualTo("{\"host\":\"www.example.com\",\"ips\":[\"192.0.2.1\",\"192.0.2.2\"],"
                        + "\"ipsv6\":[\"2001:db8::1\"],\"ttl\":60,\"origin_ttl\":60,\"client_ip\":\"203.0.113.7\"}");
    }

    @Test
    void alibabaAnswersSeveralHosts() throws Exception {
        assertThat(Say.get("/100000/resolve?host=a.example.com,none.example.com"))
                .isEqualTo("{\"dns\":[{\"host\":\"a.example.com\",\"ips\":[\"192.0.2.10\"],\"ttl\":30,"
                        + "\"origin_ttl\":30,\"client_ip\":\"203.0.113.7\"},"
                        + "{\"host\":\"none.example.com\",\"ips\":[],\"ttl\":15,\"origin_ttl\":15,"
                        + "\"client_ip\":\"203.0.113.7\"}]}");
    }

    @Test
    void alibabasSecondVersionTellsWhyThereIsNoAddress() throws Exception {
        assertThat(Say.get("/v2/d?id=1&m=0&dn=v4.example.com,none.example.com&q=4,6&v=1.0"))
                .isEqualTo("{\"code\":\"success\",\"mode\":0,\"data\":{\"cip\":\"203.0.113.7\",\"answers\":["
                        + "{\"dn\":\"v4.example.com\",\"v4\":{\"ips\":[\"192.0.2.20\"],\"ttl\":50},"
                        + "\"v6\":{\"ips\":[],\"ttl\":50,\"no_ip_code\":\"RRNotExist\"}},"
                        + "{\"dn\":\"none.example.com\",\"v4\":{\"ips\":[],\"ttl\":15,\"no_ip_code\":\"DomainNotExist\"},"
                        + "\"v6\":{\"ips\":[],\"ttl\":15,\"no_ip_code\":\"DomainNotExist\"}}]}}");
    }

    @Test
    void volcengineAnswersAList() throws Exception {
        assertThat(Say.get("/resolve?domain=a.example.com,b.example.com&account_id=1"))
                .isEqualTo("{\"dns\":[{\"host\":\"a.example.com\",\"type\":1,\"client_ip\":\"203.0.113.7\","
                        + "\"ips\":[\"192.0.2.10\"],\"ttl\":30},"
                        + "{\"host\":\"b.example.com\",\"type\":1,\"client_ip\":\"203.0.113.7\","
                        + "\"ips\":[\"192.0.2.11\"],\"ttl\":40}]}");
    }

    @ParameterizedTest
    @CsvSource({
        "/d, MISSING_NAME",
        "/d?dn=a..b, MALFORMED_NAME",
        "/d?dn=a&type=mx, UNKNOWN_TYPE",
        "'/d?dn=1,2,3,4,5,6,7,8,9,10,11', TOO_MANY_NAMES",
        "/1/d, MISSING_NAME",
        "'/1/d?host=a,b', TOO_MANY_NAMES",
        "'/1/resolve?host=a,b,c,d,e,f', TOO_MANY_NAMES",
        "'/1/resolve?host=a&ip=192.0.2.1,192.0.2.2', BAD_PARAMETER",
        "/1/d?host=a&query=5, UNKNOWN_TYPE",
        "/1/other?host=a, NOT_FOUND",
        "/v2/d?id=1, MISSING_NAME",
        "/v2/d?id=1&m=3&dn=a, BAD_PARAMETER",
        "/v2/d?id=1&m=1&dn=a, UNKNOWN_ACCOUNT",
        "'/v2/d?id=1&dn=a,b,c,d,e,f', TOO_MANY_NAMES",
        "/resolve?domain=a&type=MX, UNKNOWN_TYPE",
        "/resolve?domain=a..b, MALFORMED_NAME"
    })
    void badInputIsRefusedWithItsReason(String target, Reason reason) {
        assertThat(Say.refusal(target)).isEqualTo(reason);
    }

    @Test
    void eachVendorsClientCanReadItsRefusal() {
        var alibaba = Dialects.refusal(Request.get("/1/d?host=a..b", ""), Reason.MALFORMED_NAME, "an \"empty\" label");
        assertThat(alibaba.bytes())
                .asString()
                .isEqualTo("{\"code\":\"InvalidHost\",\"reason\":\"MALFORMED_NAME\","
                        + "\"message\":\"an \\\"empty\\\" label\"}\n");
        assertThat(Dialects.refusal(Request.get("/d?dn=a..b", ""), Reason.MALFORMED_NAME, "m")
                        .bytes())
                .asString()
                .isEqualTo("MALFORMED_NAME: m\n");
        assertThat(Dialects.refusal(Request.get("/resolve?name=a..b", ""), Reason.MALFORMED_NAME, "m")
                        .bytes())
                .asString()
                .isEqualTo("{\"status\":400,\"reason\":\"MALFORMED_NAME\",\"message\":\"m\"}\n");
    }
}
