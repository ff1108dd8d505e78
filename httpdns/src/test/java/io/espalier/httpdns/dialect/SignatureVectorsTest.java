package io.espalier.httpdns.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.httpdns.access.Account;
import io.espalier.httpdns.access.Accounts;
import io.espalier.httpdns.access.Ciphers;
import io.espalier.httpdns.access.Reason;
import io.espalier.httpdns.access.Secret;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Signatures and ciphertexts by the rules of the vendors' SDKs. The vendors publish no vectors; these were computed with
 * {@code openssl md5}, {@code openssl dgst -mac HMAC}, {@code openssl enc} and, for GCM, Python's cryptography, at noon
 * of 1 March 2026 with an expiry ten minutes later.
 */
class SignatureVectorsTest {
    private static final String HMAC_KEY = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
    private static final String AES_KEY = "00112233445566778899aabbccddeeff";
    private static final String EXPIRY = "1772367000";

    private static final String ALIBABA =
            "/100000/sign_d?host=www.example.com&ip=203.0.113.7&t=1772367000&s=2809c9598620a0d89e8476c63eb04ff3";
    private static final String ALIBABA_BATCH = "/100000/sign_resolve?host=a.example.com,b.example.com&t=1772367000"
            + "&s=18b469c88a51d60abf0859e7d1f35d26";
    private static final String ALIBABA_V2 = "/v2/d?id=100000&m=0&dn=www.example.com&q=4,6&cip=203.0.113.7&v=1.0"
            + "&exp=1772367000&s=4a5ef5ccc526b970b952c73f6209c775b61c9268c0a1be7e400e6e10509d8cd6";
    private static final String VOLCENGINE = "/resolve?domain=www.example.com&account_id=100000&timestamp=1772367000000"
            + "&sign=33078589a5d076be3c7bed734a7397f7&type=A&ip=203.0.113.7&appid=1";
    private static final String VOLCENGINE_BARE = "/resolve?domain=www.example.com&account_id=100000"
            + "&timestamp=1772367000000&sign=05b4b2d89a4a76a55de0817f1b936fc8";
    private static final String ALIBABA_JSON = "/resolve?name=www.example.com&uid=100000&ak=testak&ts=1772366400"
            + "&edns_client_subnet=203.0.113.0/24"
            + "&key=927cab104d9d95ba01bf90b73611102e1bf8633b0baea5caf79dcb4f5ea438d3";
    private static final String OWN = "/dn?domain=www.example.com&ip=203.0.113.7&id=100000&exp=1772367000"
            + "&s=2a9a757701032fc7e97ca1062db0347f35e5412a6e4fc116e31debf436d637d7";

    /** One account for all vendors, in the middle of exchanging its keys. */
    static Terms terms() {
        return terms(false);
    }

    private static Terms terms(boolean required) {
        var account = new Account(
                "100000",
                List.of(new Secret("ffff"), new Secret("secret"), new Secret(HMAC_KEY)),
                List.of(new Secret("DnspodKey0123"), new Secret("DesKey12"), new Secret(AES_KEY)));
        return new Terms(new Accounts(List.of(account), Accounts.WINDOW, required), 10);
    }

    @ParameterizedTest
    @ValueSource(strings = {ALIBABA, ALIBABA_BATCH, ALIBABA_V2, VOLCENGINE, VOLCENGINE_BARE, ALIBABA_JSON, OWN})
    void theVendorsSignaturesHold(String target) throws Exception {
        var asked = Dialects.read(Request.get(target, ""), terms(true), Say.NOW);
        assertThat(asked.isSigned()).isTrue();
        assertThat(asked.isForMany()).isFalse();
    }

    @Test
    void signedRequestWithANonceCountsOnce() throws Exception {
        var terms = terms();
        var once = signed("a1", EXPIRY);
        assertThat(Dialects.read(Request.get(once, ""), terms, Say.NOW).isSigned())
                .isTrue();

        assertThat(Say.refusal(once, terms)).isEqualTo(Reason.SIGNATURE_USED);
        assertThat(Dialects.read(Request.get(signed("a2", EXPIRY), ""), terms, Say.NOW)
                        .isSigned())
                .isTrue();
        assertThat(Say.refusal(signed("x".repeat(65), EXPIRY), terms)).isEqualTo(Reason.BAD_PARAMETER);
    }

    @Test
    void nonceIsUsedUpByASignatureThatHoldsOnly() throws Exception {
        var terms = terms();
        var good = signed("a1", EXPIRY);
        assertThat(Say.refusal(good.replace("www.", "wwx."), terms)).isEqualTo(Reason.BAD_SIGNATURE);

        assertThat(Dialects.read(Request.get(good, ""), terms, Say.NOW).isSigned())
                .isTrue();
    }

    private static String signed(String nonce, String expires) throws Exception {
        var mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(HexFormat.of().parseHex(HMAC_KEY), "HmacSHA256"));
        var text = "domain=www.example.com&exp=" + expires + "&id=100000&nonce=" + nonce;
        return "/dn?" + text + "&s=" + HexFormat.of().formatHex(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
    }

    @ParameterizedTest
    @ValueSource(strings = {ALIBABA, ALIBABA_V2, VOLCENGINE, OWN})
    void signedRequestsMayNameTheirClient(String target) throws Exception {
        var claim = Dialects.read(Request.get(target, ""), terms(), Say.NOW).claim();
        assertThat(claim).isNotNull();
        assertThat(claim.address()).isEqualTo(InetAddress.ofLiteral("203.0.113.7"));
        assertThat(claim.prefix()).isEqualTo(32);
    }

    @ParameterizedTest
    @ValueSource(strings = {ALIBABA, ALIBABA_BATCH, ALIBABA_V2, VOLCENGINE, VOLCENGINE_BARE, ALIBABA_JSON, OWN})
    void aSignatureBelongsToItsName(String target) {
        assertThat(Say.refusal(
                        target.replace("www.example.com", "wwx.example.com").replace("a.example", "c.example"),
                        terms()))
                .isEqualTo(Reason.BAD_SIGNATURE);
    }

    @ParameterizedTest
    @ValueSource(strings = {ALIBABA_V2, VOLCENGINE, OWN})
    void aSignatureBelongsToItsClient(String target) {
        assertThat(Say.refusal(target.replace("203.0.113.7", "203.0.113.8"), terms()))
                .isEqualTo(Reason.BAD_SIGNATURE);
    }

    @ParameterizedTest
    @ValueSource(strings = {ALIBABA, ALIBABA_BATCH, ALIBABA_V2, VOLCENGINE, ALIBABA_JSON, OWN})
    void aSignatureEnds(String target) throws Exception {
        var request = Request.get(target, "");
        assertThat(refusalAt(request, Duration.ofMinutes(11))).isEqualTo(Reason.SIGNATURE_EXPIRED);
    }

    @ParameterizedTest
    @ValueSource(strings = {ALIBABA, ALIBABA_BATCH, ALIBABA_V2, VOLCENGINE, ALIBABA_JSON, OWN})
    void aSignatureForAFarFutureIsNoGood(String target) throws Exception {
        assertThat(refusalAt(Request.get(target, ""), Duration.ofHours(-2))).isEqualTo(Reason.SIGNATURE_EXPIRED);
    }

    private static Reason refusalAt(Request request, Duration later) throws Exception {
        try {
            Dialects.read(request, terms(), Say.NOW.plus(later));
        } catch (io.espalier.httpdns.access.RefusedException e) {
            return e.reason();
        }
        throw new AssertionError("was not refused");
    }

    @Test
    void unknownAccountsAreRefused() {
        assertThat(Say.refusal(ALIBABA.replace("100000", "100001"), terms())).isEqualTo(Reason.UNKNOWN_ACCOUNT);
        assertThat(Say.refusal("/d?dn=a.example.com&id=7", terms())).isEqualTo(Reason.UNKNOWN_ACCOUNT);
        assertThat(Say.refusal("/v2/d?dn=a.example.com&id=7", terms())).isEqualTo(Reason.UNKNOWN_ACCOUNT);
    }

    @Test
    void whereSignaturesAreRequiredOthersAreRefused() {
        for (var target : List.of("/dn?a.example.com", "/d?dn=a.example.com", "/resolve?name=a.example.com")) {
            assertThat(Say.refusal(target, terms(true))).isEqualTo(Reason.SIGNATURE_MISSING);
        }
    }

    @Test
    void withoutAccountsNothingCountsAsSigned() throws Exception {
        assertThat(Dialects.read(Request.get(ALIBABA, ""), Terms.USUAL, Say.NOW).isSigned())
                .isFalse();
    }

    @Test
    void dnspodAesIsReadAndAnsweredInKind() throws Exception {
        var cipher = "000102030405060708090a0b0c0d0e0f512eb95764cf55f1b557f243acc571df";
        var reply = Say.get("/d?dn=" + cipher + "&id=100000&alg=aes&ttl=1&clientip=1", terms());
        assertThat(Ciphers.DNSPOD_AES.decrypt(
                        new Secret("DnspodKey0123"), HexFormat.of().parseHex(reply)))
                .isEqualTo("192.0.2.1;192.0.2.2,60|203.0.113.7");
    }

    @ParameterizedTest
    @ValueSource(strings = {"&alg=des", ""})
    void dnspodDesIsReadAndAnsweredInKind(String algorithm) throws Exception {
        var reply = Say.get("/d?dn=630ddaaaf5fa86ed62ff0b96ecdc3f80&id=100000" + algorithm, terms());
        assertThat(Ciphers.DNSPOD_DES.decrypt(
                        new Secret("DesKey12"), HexFormat.of().parseHex(reply)))
                .isEqualTo("192.0.2.1;192.0.2.2");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "m=1&enc=000102030405060708090a0b0c0d0e0f39cc1ffafb6111e2e9734349b7e84ed4"
                        + "f365fd95f821cd41015763be2cb86d7d2134125f05d0f7ed3d315efa40136b54",
                "m=2&enc=000102030405060708090a0b50f753aa8cadad17e84f07fa68ec2c9d617aa3291bdccca1ad2ff874c33faa1e"
                        + "14f46aca04f2ef645da00ba3d05fa28c66e2"
            })
    void alibabasModesAreReadAndAnsweredInKind(String parameters) throws Exception {
        var reply = Say.get("/v2/d?id=100000&v=1.0&" + parameters, terms());
        assertThat(reply).startsWith("{\"code\":\"success\",\"mode\":" + parameters.charAt(2) + ",\"data\":\"");
        var data = Base64.getDecoder().decode(reply.substring(reply.indexOf("data\":\"") + 7, reply.length() - 2));
        var cipher = parameters.charAt(2) == '1' ? Ciphers.ALIBABA_CBC : Ciphers.ALIBABA_GCM;
        assertThat(cipher.decrypt(new Secret(AES_KEY), data))
                .isEqualTo("{\"cip\":\"203.0.113.7\",\"answers\":[{\"dn\":\"www.example.com\","
                        + "\"v4\":{\"ips\":[\"192.0.2.1\",\"192.0.2.2\"],\"ttl\":60},"
                        + "\"v6\":{\"ips\":[\"2001:db8::1\"],\"ttl\":120}}]}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/d?dn=000102030405060708090a0b0c0d0e0f512eb95764cf55f1b557f243acc571d0&id=100000&alg=aes",
                "/d?dn=www.example.com&id=100000&alg=aes",
                "/d?dn=00&id=100000&alg=des",
                "/v2/d?id=100000&m=2&enc=00",
                "/v2/d?id=100000&m=1",
                "/v2/d?id=100000&m=2&enc=000102030405060708090a0b50f753aa8cadad17e84f07fa68ec2c9d617aa3291bdccca1ad"
            })
    void whatWasEncryptedWithAnotherKeyIsRefusedInOneWay(String target) {
        assertThat(Say.refusal(target, terms())).isEqualTo(Reason.BAD_CIPHERTEXT);
    }

    @Test
    void twoRepliesNeverLookTheSameThoughTheySayTheSame() throws Exception {
        var target = "/d?dn=000102030405060708090a0b0c0d0e0f512eb95764cf55f1b557f243acc571df&id=100000&alg=aes";
        assertThat(Say.get(target, terms())).isNotEqualTo(Say.get(target, terms()));
    }

    @Test
    void theExpiryIsANumberOfSeconds() {
        assertThat(Say.refusal(OWN.replace(EXPIRY, "soon"), terms())).isEqualTo(Reason.BAD_SIGNATURE);
    }
}
