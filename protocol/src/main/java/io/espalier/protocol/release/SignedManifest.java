package io.espalier.protocol.release;

import io.espalier.protocol.Digest;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.util.Arrays;
import java.util.Optional;

/** The bytes of a {@link Manifest} and the orchestrator's Ed25519 signature (RFC 8032) over them. */
public final class SignedManifest {

    /** Put before the manifest's bytes when signing, so that the key's signatures mean nothing elsewhere. */
    private static final byte[] CONTEXT = "espalier manifest 1\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII);

    /** Of an Ed25519 signature, in bytes. */
    public static final int SIGNATURE_BYTES = 64;

    private final byte[] manifest;
    private final byte[] signature;

    public SignedManifest(byte[] manifest, byte[] signature) {
        this.manifest = manifest.clone();
        this.signature = signature.clone();
    }

    public static SignedManifest sign(Manifest manifest, PrivateKey key) {
        byte[] bytes = manifest.encode();
        try {
            Signature signer = Signature.getInstance("Ed25519");
            signer.initSign(key);
            signer.update(CONTEXT);
            signer.update(bytes);
            return new SignedManifest(bytes, signer.sign());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("cannot sign with this key", e);
        }
    }

    /** The manifest, or empty if {@code key} did not sign these bytes. */
    public Optional<Manifest> verify(PublicKey key) {
        try {
            Signature verifier = Signature.getInstance("Ed25519");
            verifier.initVerify(key);
            verifier.update(CONTEXT);
            verifier.update(manifest);
            return verifier.verify(signature) ? Optional.of(Manifest.decode(manifest)) : Optional.empty();
        } catch (GeneralSecurityException refused) {
            return Optional.empty();
        }
    }

    public byte[] manifestBytes() {
        return manifest.clone();
    }

    public byte[] signature() {
        return signature.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SignedManifest that
                && Arrays.equals(manifest, that.manifest)
                && Arrays.equals(signature, that.signature);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(manifest);
    }

    @Override
    public String toString() {
        return "SignedManifest[" + Digest.of(manifest).abbreviated() + ", " + manifest.length + " bytes]";
    }
}
