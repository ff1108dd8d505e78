package io.espalier.protocol.wire;

import io.espalier.protocol.Auid;
import io.espalier.protocol.codec.Writer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.util.Arrays;

/**
 * What a host shall do beside its release, signed by its orchestrator for this host and this moment: the agent gives a
 * nonce for each, so that an order that somebody recorded is worth nothing.
 */
public final class SignedOrder {

    private static final String CONTEXT = "espalier order 1";

    private final byte[] order;
    private final byte[] signature;

    public SignedOrder(byte[] order, byte[] signature) {
        this.order = order.clone();
        this.signature = signature.clone();
    }

    /** @param nonce what the agent gave for it */
    public static SignedOrder sign(byte[] order, Auid host, byte[] nonce, PrivateKey key) {
        try {
            Signature signer = Signature.getInstance("Ed25519");
            signer.initSign(key);
            signer.update(signedPart(order, host, nonce));
            return new SignedOrder(order, signer.sign());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("cannot sign with this key", e);
        }
    }

    /** Whether {@code key} signed it for that host and nonce. */
    public boolean isFor(Auid host, byte[] nonce, PublicKey key) {
        try {
            Signature verifier = Signature.getInstance("Ed25519");
            verifier.initVerify(key);
            verifier.update(signedPart(order, host, nonce));
            return verifier.verify(signature);
        } catch (GeneralSecurityException refused) {
            return false;
        }
    }

    private static byte[] signedPart(byte[] order, Auid host, byte[] nonce) {
        return new Writer()
                .bytes(CONTEXT.getBytes(StandardCharsets.US_ASCII))
                .text(host.value())
                .bytes(nonce)
                .bytes(order)
                .toBytes();
    }

    public byte[] orderBytes() {
        return order.clone();
    }

    public byte[] signature() {
        return signature.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SignedOrder that
                && Arrays.equals(order, that.order)
                && Arrays.equals(signature, that.signature);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(order);
    }

    /** Secrets are in an order. */
    @Override
    public String toString() {
        return "SignedOrder[" + order.length + " bytes]";
    }
}
