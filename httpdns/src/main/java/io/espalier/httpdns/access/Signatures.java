package io.espalier.httpdns.access;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The vendors' signatures. All of them come in hex and are compared in constant time, with every live secret of the
 * account. MD5 is what those SDKs send: good enough to keep strangers out, not to prove who asked.
 */
public final class Signatures {
    private Signatures() {}

    /** Alibaba, first version: MD5 of {@code host-secret-t}. */
    public static void checkAlibaba(Account account, String host, String expires, String given)
            throws RefusedException {
        check(account, given, secret -> digest("MD5", host + "-" + secret + "-" + expires));
    }

    /** Volcengine: MD5 of the values and the secret, sorted, joined by an underscore; an absent one is empty. */
    public static void checkVolcengine(
            Account account, String domain, String ip, String type, String expires, String given)
            throws RefusedException {
        check(
                account,
                given,
                secret -> digest(
                        "MD5",
                        Stream.of(secret, expires, account.id(), domain, ip, type)
                                .sorted()
                                .collect(Collectors.joining("_"))));
    }

    /** Alibaba's DoH JSON: SHA-256 of account, secret, time, name and access key id in a row. */
    public static void checkAlibabaJson(
            Account account, String timestamp, String name, String accessKeyId, String given) throws RefusedException {
        check(account, given, secret -> digest("SHA-256", account.id() + secret + timestamp + name + accessKeyId));
    }

    /**
     * Alibaba, second version, and {@code /dn}: HMAC-SHA256 of {@code name=value&...} sorted by name, empty values left
     * out. A secret that is hex counts as the bytes that it spells.
     */
    public static void checkHmac(Account account, SortedMap<String, String> parameters, String given)
            throws RefusedException {
        var signed = parameters.entrySet().stream()
                .filter(parameter -> !parameter.getValue().isEmpty())
                .map(Map.Entry::toString)
                .collect(Collectors.joining("&"));
        check(account, given, secret -> hmac(keyBytes(secret), signed));
    }

    /** A token that is the secret itself, over TLS. */
    public static void checkToken(Account account, String given) throws RefusedException {
        var digest = digest("SHA-256", given);
        check(account, HexFormat.of().formatHex(digest), secret -> digest("SHA-256", secret));
    }

    private static void check(Account account, String given, Function<String, byte[]> expected)
            throws RefusedException {
        var sent = fromHex(given);
        var matches = false;
        for (var secret : account.secrets()) {
            matches |= MessageDigest.isEqual(expected.apply(secret.reveal()), sent);
        }
        if (!matches) {
            throw new RefusedException(Reason.BAD_SIGNATURE, "the signature does not belong to this request");
        }
    }

    private static byte[] fromHex(String text) {
        try {
            return HexFormat.of().parseHex(text);
        } catch (IllegalArgumentException e) {
            return new byte[0]; // matches nothing
        }
    }

    private static byte[] keyBytes(String secret) {
        var isHex =
                secret.length() % 2 == 0 && !secret.isEmpty() && secret.chars().allMatch(HexFormat::isHexDigit);
        return isHex ? HexFormat.of().parseHex(secret) : secret.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] hmac(byte[] key, String text) {
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every JDK has HmacSHA256", e);
        }
    }

    private static byte[] digest(String algorithm, String text) {
        try {
            return MessageDigest.getInstance(algorithm).digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every JDK has " + algorithm, e);
        }
    }

    /**
     * Holds a signature's time against the clock.
     *
     * @param expires in seconds of Unix time
     * @throws RefusedException if it is over, no number, or further ahead than {@code window}
     */
    public static void checkExpiry(String expires, Instant now, Duration window) throws RefusedException {
        var end = seconds(expires)
                .orElseThrow(() -> new RefusedException(
                        Reason.BAD_PARAMETER, "the time of the signature is no number of seconds"));
        if (end <= now.getEpochSecond()) {
            throw new RefusedException(Reason.SIGNATURE_EXPIRED, "the signature has expired");
        }
        if (end > now.getEpochSecond() + window.toSeconds()) {
            throw new RefusedException(
                    Reason.SIGNATURE_EXPIRED,
                    "the signature expires more than " + window.toSeconds() + " seconds from now");
        }
    }

    private static Optional<Long> seconds(String text) {
        return !text.isEmpty() && text.length() <= 12 && text.chars().allMatch(c -> c >= '0' && c <= '9')
                ? Optional.of(Long.parseLong(text))
                : Optional.empty();
    }
}
