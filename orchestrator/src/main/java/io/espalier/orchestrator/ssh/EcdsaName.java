package io.espalier.orchestrator.ssh;

import java.security.InvalidKeyException;
import java.security.Key;
import java.security.KeyFactory;
import java.security.KeyFactorySpi;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.PublicKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.KeySpec;
import java.util.List;
import java.util.Map;

/**
 * Lets sshj have the JDK's factory for elliptic curve keys under the name by which it asks for it, which is Bouncy
 * Castle's: {@code ECDSA} instead of {@code EC}.
 */
final class EcdsaName extends Provider {

    private static final long serialVersionUID = 1L;

    EcdsaName() {
        super("EspalierEcdsaName", "1", "KeyFactory ECDSA is the JDK's EC");
        putService(new Service(this, "KeyFactory", "ECDSA", JdkKeys.class.getName(), List.of(), Map.of()) {
            @Override
            public Object newInstance(Object parameter) throws NoSuchAlgorithmException {
                return new JdkKeys(KeyFactory.getInstance("EC"));
            }
        });
    }

    private static final class JdkKeys extends KeyFactorySpi {

        private final KeyFactory keys;

        JdkKeys(KeyFactory keys) {
            this.keys = keys;
        }

        @Override
        protected PublicKey engineGeneratePublic(KeySpec spec) throws InvalidKeySpecException {
            return keys.generatePublic(spec);
        }

        @Override
        protected PrivateKey engineGeneratePrivate(KeySpec spec) throws InvalidKeySpecException {
            return keys.generatePrivate(spec);
        }

        @Override
        protected <T extends KeySpec> T engineGetKeySpec(Key key, Class<T> spec) throws InvalidKeySpecException {
            return keys.getKeySpec(key, spec);
        }

        @Override
        protected Key engineTranslateKey(Key key) throws InvalidKeyException {
            return keys.translateKey(key);
        }
    }
}
