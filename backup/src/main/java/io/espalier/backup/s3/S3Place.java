package io.espalier.backup.s3;

import java.net.URI;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a bucket is. Its text is {@code s3://host[:port]/bucket[/prefix]}, or {@code s3+http://...} without TLS.
 *
 * @param endpoint scheme, host and port
 * @param prefix of all keys; empty, or ends with a slash
 */
public record S3Place(URI endpoint, String bucket, String prefix) {

    private static final Pattern TEXT = Pattern.compile(
            "s3(\\+http)?://([A-Za-z0-9.-]+(?::[0-9]{1,5})?)/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])((?:/[A-Za-z0-9._-]+)*)/?");

    /** @throws IllegalArgumentException if it is no such text */
    public static S3Place parse(String text) {
        Matcher found = TEXT.matcher(text);
        if (!found.matches()) {
            throw new IllegalArgumentException("repo: \"" + text + "\" (expected: s3://host[:port]/bucket[/prefix])");
        }
        String scheme = found.group(1) == null ? "https" : "http";
        String prefix = found.group(4).isEmpty() ? "" : found.group(4).substring(1) + "/";
        return new S3Place(URI.create(scheme + "://" + found.group(2)), found.group(3), prefix);
    }
}
