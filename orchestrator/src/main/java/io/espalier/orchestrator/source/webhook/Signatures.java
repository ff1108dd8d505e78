package io.espalier.orchestrator.source.webhook;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Tells whether a request was made by somebody who knows a secret, by the headers that forges sign with.
 *
 * <pre>
 * X-Hub-Signature-256: sha256=HEX           GitHub; Gitea and Forgejo, too
 * X-Hub-Signature: sha256=HEX               Bitbucket (GitHub puts a SHA-1 here, which is passed over)
 * X-Gitea-Signature, X-Forgejo-Signature,
 *   X-Gogs-Signature: HEX                   no prefix
 * X-Signature: sha256=HEX | sha512=HEX | HEX    anybody with openssl and curl
 * X-Gitlab-Token: SECRET                    GitLab, classic: the secret itself
 * webhook-signature: v1,BASE64 v1,BASE64    Standard Webhooks, GitLab: over ID.TIMESTAMP.BODY
 * </pre>
 *
 * HEX is an HMAC of the raw body. One that fits is enough, except that {@code webhook-signature}, where it is present,
 * decides alone: it is the only one that says when it was made. Every secret is tried whatever the outcome, so that time
 * does not tell which one fits.
 */
final class Signatures {

    static final Duration MAX_SKEW = Duration.ofMinutes(5);

    private static final List<String> BARE = List.of("X-Gitea-Signature", "X-Forgejo-Signature", "X-Gogs-Signature");
    private static final List<String> DELIVERY = List.of(
            "X-GitHub-Delivery",
            "X-Gitea-Delivery",
            "X-Forgejo-Delivery",
            "X-Gogs-Delivery",
            "webhook-id",
            "Idempotency-Key",
            "X-Gitlab-Event-UUID",
            "X-Request-UUID",
            "X-Request-Id");

    /** What to make of a request. */
    enum Verdict {
        GENUINE,
        /** It carries no signature at all. */
        UNSIGNED,
        WRONG
    }

    private final Function<String, Optional<String>> headers;
    private final byte[] body;
    private final Instant now;

    /** @param headers looks a header up by its name in any case */
    Signatures(Function<String, Optional<String>> headers, byte[] body, Instant now) {
        this.headers = headers;
        this.body = body;
        this.now = now;
    }

    Verdict check(List<String> secrets) {
        boolean signed = false;
        boolean fits = false;
        Optional<String> standard = headers.apply("webhook-signature");
        for (String secret : secrets) {
            if (standard.isPresent()) {
                signed = true;
                fits |= standardFits(standard.get(), secret);
                continue;
            }
            for (String header : BARE) {
                Optional<String> value = headers.apply(header);
                signed |= value.isPresent();
                fits |= value.isPresent() && hexFits("HmacSHA256", value.get(), secret);
            }
            for (String header : List.of("X-Hub-Signature-256", "X-Hub-Signature", "X-Signature")) {
                Optional<String> value = headers.apply(header);
                signed |= value.isPresent();
                fits |= value.isPresent() && prefixedFits(value.get(), secret, header.equals("X-Signature"));
            }
            Optional<String> token = headers.apply("X-Gitlab-Token");
            signed |= token.isPresent();
            fits |= token.isPresent() && same(utf8(token.get()), utf8(secret));
        }
        return fits ? Verdict.GENUINE : signed ? Verdict.WRONG : Verdict.UNSIGNED;
    }

    /** What the forge calls this delivery; empty where it does not number them. */
    Optional<String> delivery() {
        return DELIVERY.stream().flatMap(name -> headers.apply(name).stream()).findFirst();
    }

    private boolean prefixedFits(String value, String secret, boolean mayBeBare) {
        int equals = value.indexOf('=');
        if (equals < 0) {
            return mayBeBare && hexFits("HmacSHA256", value, secret);
        }
        String hex = value.substring(equals + 1);
        return switch (value.substring(0, equals)) {
            case "sha256" -> hexFits("HmacSHA256", hex, secret);
            case "sha512" -> hexFits("HmacSHA512", hex, secret);
            default -> false;
        };
    }

    private boolean hexFits(String algorithm, String hex, String secret) {
        byte[] expected = mac(algorithm, utf8(secret), body);
        try {
            return same(HexFormat.of().parseHex(hex.strip()), expected);
        } catch (IllegalArgumentException _) {
            return false;
        }
    }

    private boolean standardFits(String values, String secret) {
        String id = headers.apply("webhook-id").orElse("");
        String timestamp = headers.apply("webhook-timestamp").orElse("");
        byte[] signed = concat(utf8(id + "." + timestamp + "."), body);
        byte[] expected = mac("HmacSHA256", standardKey(secret), signed);
        boolean fits = false;
        for (String value : values.split(" ", -1)) {
            if (value.startsWith("v1,")) {
                fits |= base64Fits(value.substring(3), expected);
            }
        }
        return fits && !id.isEmpty() && isRecent(timestamp);
    }

    private static boolean base64Fits(String value, byte[] expected) {
        try {
            return same(Base64.getDecoder().decode(value), expected);
        } catch (IllegalArgumentException _) {
            return false;
        }
    }

    private boolean isRecent(String timestamp) {
        if (!timestamp.matches("[0-9]{1,12}")) {
            return false;
        }
        Duration skew = Duration.between(Instant.ofEpochSecond(Long.parseLong(timestamp)), now);
        return skew.abs().compareTo(MAX_SKEW) <= 0;
    }

    /** Standard Webhooks writes keys as base64 after {@code whsec_}. */
    private static byte[] standardKey(String secret) {
        if (!secret.startsWith("whsec_")) {
            return utf8(secret);
        }
        try {
            return Base64.getDecoder().decode(secret.substring("whsec_".length()));
        } catch (IllegalArgumentException _) {
            return utf8(secret);
        }
    }

    private static byte[] mac(String algorithm, byte[] key, byte[] message) {
        try {
            Mac mac = Mac.getInstance(algorithm);
            mac.init(new SecretKeySpec(key, algorithm));
            return mac.doFinal(message);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("every JDK has " + algorithm, impossible);
        }
    }

    /** Over digests, so that not even the length of a token shows. */
    private static boolean same(byte[] one, byte[] two) {
        byte[] key = {1};
        return MessageDigest.isEqual(mac("HmacSHA256", key, one), mac("HmacSHA256", key, two));
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] concat(byte[] head, byte[] tail) {
        byte[] all = new byte[head.length + tail.length];
        System.arraycopy(head, 0, all, 0, head.length);
        System.arraycopy(tail, 0, all, head.length, tail.length);
        return all;
    }
}
