package io.espalier.backup.s3;

/** @param secretKey never printed */
public record S3Credentials(String accessKey, String secretKey, String region) {
    @Override
    public String toString() {
        return "credentials of " + accessKey;
    }
}
