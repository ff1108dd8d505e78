package io.espalier.backup.s3;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * AWS Signature Version 4 of a request whose body's hash is known. Source: AWS General Reference, "Create a signed AWS API
 * request".
 */
final class Signature {

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

    private Signature() {}

    /**
     * The headers to send, {@code host} excepted.
     *
     * @param path absolute, already encoded
     * @param query names and values, not encoded
     * @param host as in the {@code Host} header
     * @param bodyHash SHA-256 in hex
     */
    static SortedMap<String, String> headers(
            String method,
            String path,
            SortedMap<String, String> query,
            String host,
            String bodyHash,
            Map<String, String> others,
            S3Credentials credentials,
            Instant now) {
        String time = TIME.format(now);
        String day = time.substring(0, 8);
        var signed = new TreeMap<String, String>();
        others.forEach((name, value) -> signed.put(name.toLowerCase(Locale.ROOT), value));
        signed.put("host", host);
        signed.put("x-amz-content-sha256", bodyHash);
        signed.put("x-amz-date", time);
        var canonical = new StringBuilder();
        signed.forEach((name, value) ->
                canonical.append(name).append(':').append(value.strip()).append('\n'));
        String names = String.join(";", signed.keySet());
        String request = String.join("\n", method, path, query(query), canonical, names, bodyHash);
        String scope = day + "/" + credentials.region() + "/s3/aws4_request";
        String toSign = String.join("\n", "AWS4-HMAC-SHA256", time, scope, sha256(request));
        byte[] key = hmac(("AWS4" + credentials.secretKey()).getBytes(StandardCharsets.UTF_8), day);
        for (String part : new String[] {credentials.region(), "s3", "aws4_request"}) {
            key = hmac(key, part);
        }
        signed.put(
                "authorization",
                "AWS4-HMAC-SHA256 Credential=" + credentials.accessKey() + "/" + scope + ",SignedHeaders=" + names
                        + ",Signature=" + HexFormat.of().formatHex(hmac(key, toSign)));
        signed.remove("host");
        return signed;
    }

    /** As it stands behind the question mark. */
    static String query(SortedMap<String, String> query) {
        var out = new StringBuilder();
        query.forEach((name, value) -> out.append(out.isEmpty() ? "" : "&")
                .append(encoded(name))
                .append('=')
                .append(encoded(value)));
        return out.toString();
    }

    private static String encoded(String text) {
        var out = new StringBuilder();
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xff);
            if (c < 128 && (Character.isLetterOrDigit(c) || "-._~".indexOf(c) >= 0)) {
                out.append(c);
            } else {
                out.append('%').append(HexFormat.of().withUpperCase().toHexDigits(b));
            }
        }
        return out.toString();
    }

    static String sha256(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] hmac(byte[] key, String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
