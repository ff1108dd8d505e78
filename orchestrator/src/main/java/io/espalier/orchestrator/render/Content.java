package io.espalier.orchestrator.render;

import io.espalier.protocol.Digest;
import java.nio.charset.StandardCharsets;

/** Immutable bytes that know their digest; equal when the digests are. */
public final class Content {

    private final byte[] bytes;
    private final Digest digest;

    private Content(byte[] bytes) {
        this.bytes = bytes;
        this.digest = Digest.of(bytes);
    }

    public static Content of(byte[] bytes) {
        return new Content(bytes.clone());
    }

    public static Content of(String text) {
        return new Content(text.getBytes(StandardCharsets.UTF_8));
    }

    public Digest digest() {
        return digest;
    }

    public int size() {
        return bytes.length;
    }

    public byte[] bytes() {
        return bytes.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Content that && digest.equals(that.digest);
    }

    @Override
    public int hashCode() {
        return digest.hashCode();
    }

    @Override
    public String toString() {
        return digest.abbreviated() + " (" + bytes.length + " bytes)";
    }
}
