package io.espalier.orchestrator.source.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.orchestrator.source.webhook.Signatures.Verdict;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Vectors of the forges' own documentation, and the traps between them. */
class SignaturesTest {

    private static final String SECRET = "It's a Secret to Everybody";
    private static final String HELLO = "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
    private static final String HELLO_BITBUCKET = "a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9";
    private static final Instant NOW = Instant.parse("2026-04-01T12:00:00Z");

    @Test
    void githubVector() {
        assertThat(check("Hello, World!", "X-Hub-Signature-256", "sha256=" + HELLO))
                .isEqualTo(Verdict.GENUINE);
        assertThat(check("Hello, World", "X-Hub-Signature-256", "sha256=" + HELLO))
                .isEqualTo(Verdict.WRONG);
        assertThat(check("Hello, World!", "x-hub-signature-256", "sha256=" + HELLO))
                .isEqualTo(Verdict.GENUINE);
    }

    @Test
    void bitbucketVectorUnderTheHeaderThatGithubUsesForSha1() {
        assertThat(check("Hello World!", "X-Hub-Signature", "sha256=" + HELLO_BITBUCKET))
                .isEqualTo(Verdict.GENUINE);
        // The SHA-1 of GitHub's example
        assertThat(check("Hello, World!", "X-Hub-Signature", "sha1=01dc10d0c83e72ed246219cdd91669667fe2ca59"))
                .isEqualTo(Verdict.WRONG);
    }

    @Test
    void giteaAndItsKinSignWithoutAPrefix() {
        for (String header : List.of("X-Gitea-Signature", "X-Forgejo-Signature", "X-Gogs-Signature")) {
            assertThat(check("Hello, World!", header, HELLO)).as(header).isEqualTo(Verdict.GENUINE);
            assertThat(check("Hello, World!", header, "sha256=" + HELLO))
                    .as(header)
                    .isEqualTo(Verdict.WRONG);
        }
        assertThat(check("Hello, World!", "X-Hub-Signature-256", HELLO)).isEqualTo(Verdict.WRONG);
    }

    @Test
    void giteaFormBodyIsNotWhatItSigned() {
        assertThat(check("payload=Hello%2C+World%21", "X-Gitea-Signature", HELLO))
                .isEqualTo(Verdict.WRONG);
    }

    @Test
    void githubSendsBothItsHeadersAndTheGoodOneCounts() {
        Map<String, String> headers = Map.of(
                "X-Hub-Signature",
                "sha1=01dc10d0c83e72ed246219cdd91669667fe2ca59",
                "X-Hub-Signature-256",
                "sha256=" + HELLO);
        assertThat(check("Hello, World!", headers, List.of(SECRET))).isEqualTo(Verdict.GENUINE);
    }

    @Test
    void genericSignatureMayBeBareOrSha512() {
        assertThat(check("Hello, World!", "X-Signature", "sha256=" + HELLO)).isEqualTo(Verdict.GENUINE);
        assertThat(check("Hello, World!", "X-Signature", HELLO)).isEqualTo(Verdict.GENUINE);
        assertThat(check("Hello, World!", "X-Signature", HELLO.toUpperCase(java.util.Locale.ROOT)))
                .isEqualTo(Verdict.GENUINE);
        assertThat(check("Hello, World!", "X-Signature", "sha1=01dc10d0c83e72ed246219cdd91669667fe2ca59"))
                .isEqualTo(Verdict.WRONG);
        assertThat(check("Hello, World!", "X-Signature", "sha512=" + HELLO)).isEqualTo(Verdict.WRONG);
    }

    @Test
    void classicGitlabTokenIsTheSecretItself() {
        assertThat(check("any", "X-Gitlab-Token", SECRET)).isEqualTo(Verdict.GENUINE);
        assertThat(check("any", "X-Gitlab-Token", SECRET + "x")).isEqualTo(Verdict.WRONG);
        assertThat(check("any", "X-Gitlab-Token", "")).isEqualTo(Verdict.WRONG);
    }

    /** The example of the Standard Webhooks specification and its libraries. */
    @Test
    void standardWebhooksVector() {
        Map<String, String> headers = new TreeMap<>(Map.of(
                "webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek",
                "webhook-timestamp", "1614265330",
                "webhook-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="));
        Instant then = Instant.ofEpochSecond(1614265330);
        List<String> secrets = List.of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        String body = "{\"test\": 2432232314}";
        assertThat(check(body, headers, secrets, then)).isEqualTo(Verdict.GENUINE);
        assertThat(check(body, headers, secrets, then.plusSeconds(300))).isEqualTo(Verdict.GENUINE);
        assertThat(check(body, headers, secrets, then.plusSeconds(301))).isEqualTo(Verdict.WRONG);
        assertThat(check(body, headers, secrets, then.minusSeconds(301))).isEqualTo(Verdict.WRONG);
        assertThat(check(body + " ", headers, secrets, then)).isEqualTo(Verdict.WRONG);
        headers.put("webhook-id", "msg_other");
        assertThat(check(body, headers, secrets, then)).isEqualTo(Verdict.WRONG);
    }

    @Test
    void standardWebhooksMayCarrySeveralSignatures() {
        Map<String, String> headers = Map.of(
                "webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek",
                "webhook-timestamp", "1614265330",
                "webhook-signature",
                        "v1a,AAAA v1,"
                                + Base64.getEncoder().encodeToString(new byte[32])
                                + " v1,!! v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        assertThat(check(
                        "{\"test\": 2432232314}",
                        headers,
                        List.of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
                        Instant.ofEpochSecond(1614265330)))
                .isEqualTo(Verdict.GENUINE);
    }

    @Test
    void oldStandardSignatureIsNotRescuedByAnotherHeader() {
        Map<String, String> headers = Map.of(
                "webhook-id", "1",
                "webhook-timestamp", "1614265330",
                "webhook-signature", "v1,AAAA",
                "X-Gitlab-Token", SECRET);
        assertThat(check("any", headers, List.of(SECRET))).isEqualTo(Verdict.WRONG);
    }

    @Test
    void eachOfTwoSecretsIsGood() {
        for (List<String> secrets : List.of(List.of("the old one", SECRET), List.of(SECRET, "the new one"))) {
            assertThat(check("Hello, World!", Map.of("X-Hub-Signature-256", "sha256=" + HELLO), secrets))
                    .isEqualTo(Verdict.GENUINE);
        }
    }

    @Test
    void nothingSignedIsToldApartFromWronglySigned() {
        assertThat(check("any", Map.of(), List.of(SECRET))).isEqualTo(Verdict.UNSIGNED);
        assertThat(check("any", Map.of("X-GitHub-Event", "push"), List.of(SECRET)))
                .isEqualTo(Verdict.UNSIGNED);
    }

    @Test
    void garbageIsWrongAndNeverAnError() {
        for (String header : List.of(
                "X-Hub-Signature-256",
                "X-Hub-Signature",
                "X-Gitea-Signature",
                "X-Signature",
                "webhook-signature",
                "X-Gitlab-Token")) {
            for (String value : List.of("", "=", "sha256=", "sha256=zz", "v1,", "v1", "\u0000", "x".repeat(8_000))) {
                assertThat(check("any", header, value)).as(header + " " + value).isEqualTo(Verdict.WRONG);
            }
        }
    }

    private static Verdict check(String body, String header, String value) {
        return check(body, Map.of(header, value), List.of(SECRET));
    }

    private static Verdict check(String body, Map<String, String> headers, List<String> secrets) {
        return check(body, headers, secrets, NOW);
    }

    private static Verdict check(String body, Map<String, String> headers, List<String> secrets, Instant now) {
        var known = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
        known.putAll(headers);
        return new Signatures(name -> Optional.ofNullable(known.get(name)), body.getBytes(StandardCharsets.UTF_8), now)
                .check(secrets);
    }
}
