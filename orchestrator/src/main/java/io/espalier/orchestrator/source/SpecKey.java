package io.espalier.orchestrator.source;

import io.espalier.protocol.Digest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;

/** A digest of all that a spec says, so that a changed one counts as a change even where the commit is the same. */
final class SpecKey {

    private SpecKey() {}

    static Digest of(SourceSpec spec) {
        List<String> parts = switch (spec) {
            case SourceSpec.Git(String url, String ref, var pick) -> List.of("git", url, ref, pick.orElse(""));
            case SourceSpec.Svn(String url, String ref, var pick) -> List.of("svn", url, ref, pick.orElse(""));
        };
        MessageDigest digest = Digest.newSha256();
        for (String part : parts) {
            byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
            digest.update((bytes.length + ":").getBytes(StandardCharsets.US_ASCII));
            digest.update(bytes);
        }
        return Digest.of(digest);
    }
}
