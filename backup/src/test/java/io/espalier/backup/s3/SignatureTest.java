package io.espalier.backup.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The examples of Amazon's "Signature Calculations for the Authorization Header". */
class SignatureTest {

    private static final S3Credentials CREDENTIALS =
            new S3Credentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "us-east-1");
    private static final String HOST = "examplebucket.s3.amazonaws.com";
    private static final Instant THEN = Instant.parse("2013-05-24T00:00:00Z");

    @Test
    void aRangeIsSignedAsInTheExample() {
        assertThat(Signature.headers(
                        "GET",
                        "/test.txt",
                        new TreeMap<>(),
                        HOST,
                        Signature.sha256(""),
                        Map.of("Range", "bytes=0-9"),
                        CREDENTIALS,
                        THEN))
                .containsEntry(
                        "authorization",
                        "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
                                + "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,"
                                + "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
    }

    @Test
    void aListingIsSignedAsInTheExample() {
        var query = new TreeMap<>(Map.of("max-keys", "2", "prefix", "J"));
        assertThat(Signature.headers("GET", "/", query, HOST, Signature.sha256(""), Map.of(), CREDENTIALS, THEN)
                        .get("authorization"))
                .endsWith("Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
    }

    @Test
    void placesAreReadAndNonsenseIsNot() {
        assertThat(S3Place.parse("s3://s3.example.com/bucket/a/b/"))
                .isEqualTo(new S3Place(URI.create("https://s3.example.com"), "bucket", "a/b/"));
        assertThat(S3Place.parse("s3+http://127.0.0.1:9000/bucket"))
                .isEqualTo(new S3Place(URI.create("http://127.0.0.1:9000"), "bucket", ""));
        assertThatThrownBy(() -> S3Place.parse("s3://bucket")).hasMessageContaining("expected: s3://host");
        assertThatThrownBy(() -> S3Place.parse("s3://user:pw@host/bucket")).hasMessageContaining("expected");
        assertThat(CREDENTIALS.toString()).doesNotContain("wJalr");
    }
}
