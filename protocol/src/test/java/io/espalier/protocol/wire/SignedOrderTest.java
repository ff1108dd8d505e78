package io.espalier.protocol.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.protocol.Auid;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import org.junit.jupiter.api.Test;

class SignedOrderTest {

    private static final Auid HOST = new Auid("web-1");
    private static final byte[] NONCE = {1, 2, 3};

    @Test
    void anOrderIsGoodForItsHostNonceAndKeyOnly() throws Exception {
        KeyPair keys = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        KeyPair others = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        byte[] order = {7, 8, 9};
        SignedOrder signed = SignedOrder.sign(order, HOST, NONCE, keys.getPrivate());
        assertThat(signed.isFor(HOST, NONCE, keys.getPublic())).isTrue();
        assertThat(signed.isFor(new Auid("web-2"), NONCE, keys.getPublic())).isFalse();
        assertThat(signed.isFor(HOST, new byte[] {1, 2, 4}, keys.getPublic())).isFalse();
        assertThat(signed.isFor(HOST, NONCE, others.getPublic())).isFalse();
        var changed = new SignedOrder(new byte[] {7, 8, 8}, signed.signature());
        assertThat(changed.isFor(HOST, NONCE, keys.getPublic())).isFalse();
        assertThat(new SignedOrder(order, new byte[3]).isFor(HOST, NONCE, keys.getPublic()))
                .isFalse();
    }
}
