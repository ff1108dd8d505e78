package io.espalier.protocol.release;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import org.junit.jupiter.api.Test;

class SignedManifestTest {

    private final KeyPair key = newKey();
    private final Manifest manifest = Releases.manifest(Releases.full());

    @Test
    void isVerifiedByTheKeyThatSignedIt() {
        var signed = SignedManifest.sign(manifest, key.getPrivate());
        assertThat(signed.verify(key.getPublic())).contains(manifest);
    }

    @Test
    void anotherKeyDoesNotVerifyIt() {
        var signed = SignedManifest.sign(manifest, key.getPrivate());
        assertThat(signed.verify(newKey().getPublic())).isEmpty();
    }

    @Test
    void everyChangedByteBreaksIt() {
        var signed = SignedManifest.sign(manifest, key.getPrivate());
        byte[] bytes = signed.manifestBytes();
        for (int at = 0; at < bytes.length; at++) {
            byte[] forged = bytes.clone();
            forged[at] ^= 1;
            assertThat(new SignedManifest(forged, signed.signature()).verify(key.getPublic()))
                    .isEmpty();
        }
    }

    @Test
    void garbageForSignatureIsNotVerified() {
        assertThat(new SignedManifest(manifest.encode(), new byte[0]).verify(key.getPublic()))
                .isEmpty();
        assertThat(new SignedManifest(manifest.encode(), new byte[64]).verify(key.getPublic()))
                .isEmpty();
    }

    private static KeyPair newKey() {
        try {
            return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }
}
