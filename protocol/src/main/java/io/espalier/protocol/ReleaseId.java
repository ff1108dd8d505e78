package io.espalier.protocol;

/** Names a release by the digest of its content: two hosts with the same id hold the same bytes under the same rules. */
public record ReleaseId(Digest digest) implements Comparable<ReleaseId> {

    public static ReleaseId parse(String hex) {
        return new ReleaseId(new Digest(hex));
    }

    /** The first 12 digits, for people. */
    public String abbreviated() {
        return digest.abbreviated();
    }

    @Override
    public int compareTo(ReleaseId other) {
        return digest.compareTo(other.digest);
    }

    @Override
    public String toString() {
        return digest.hex();
    }
}
