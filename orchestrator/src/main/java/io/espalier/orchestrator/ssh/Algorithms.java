package io.espalier.orchestrator.ssh;

import com.hierynomus.sshj.key.KeyAlgorithm;
import com.hierynomus.sshj.key.KeyAlgorithms;
import com.hierynomus.sshj.transport.cipher.BlockCiphers;
import com.hierynomus.sshj.transport.cipher.GcmCiphers;
import com.hierynomus.sshj.transport.mac.Macs;
import java.io.IOException;
import java.security.Security;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import net.schmizz.keepalive.KeepAliveProvider;
import net.schmizz.sshj.ConfigImpl;
import net.schmizz.sshj.common.Factory;
import net.schmizz.sshj.common.LoggerFactory;
import net.schmizz.sshj.common.SecurityUtils;
import net.schmizz.sshj.transport.cipher.Cipher;
import net.schmizz.sshj.transport.compression.NoneCompression;
import net.schmizz.sshj.transport.kex.Curve25519SHA256;
import net.schmizz.sshj.transport.kex.ECDHNistP;
import net.schmizz.sshj.transport.kex.KeyExchange;
import net.schmizz.sshj.transport.mac.MAC;
import net.schmizz.sshj.transport.random.JCERandom;
import net.schmizz.sshj.transport.random.Random;
import net.schmizz.sshj.transport.random.SingletonRandomFactory;
import org.slf4j.Logger;
import org.slf4j.helpers.NOPLogger;

/**
 * What we offer to a server: few algorithms, the cheapest of the good ones first. One configuration a connection; what is
 * dear to make (sshj's {@code DefaultConfig} tries out every cipher) is made once.
 */
final class Algorithms {

    static {
        useJdkCryptography();
    }

    private static final List<Factory.Named<KeyExchange>> KEX =
            List.of(new Curve25519SHA256.Factory(), new Curve25519SHA256.FactoryLibSsh(), new ECDHNistP.Factory256());

    private static final List<Factory.Named<Cipher>> CIPHERS =
            List.of(GcmCiphers.AES128GCM(), GcmCiphers.AES256GCM(), BlockCiphers.AES128CTR(), BlockCiphers.AES256CTR());

    private static final List<Factory.Named<MAC>> MACS =
            List.of(Macs.HMACSHA2256Etm(), Macs.HMACSHA2512Etm(), Macs.HMACSHA2256(), Macs.HMACSHA2512());

    private static final List<Factory.Named<KeyAlgorithm>> PLAIN_KEYS = List.of(
            KeyAlgorithms.EdDSA25519(),
            KeyAlgorithms.ECDSASHANistp256(),
            KeyAlgorithms.ECDSASHANistp384(),
            KeyAlgorithms.ECDSASHANistp521(),
            KeyAlgorithms.RSASHA512(),
            KeyAlgorithms.RSASHA256());

    private static final List<Factory.Named<KeyAlgorithm>> CERTIFICATES = List.of(
            KeyAlgorithms.EdDSA25519CertV01(),
            KeyAlgorithms.ECDSASHANistp256CertV01(),
            KeyAlgorithms.ECDSASHANistp384CertV01(),
            KeyAlgorithms.ECDSASHANistp521CertV01());

    private static final Factory<Random> RANDOM = new SingletonRandomFactory(new JCERandom.Factory());

    /** What goes wrong reaches our callers as an exception with a reason; sshj's own lines would only repeat it. */
    private static final LoggerFactory SILENT = new LoggerFactory() {
        @Override
        public Logger getLogger(String name) {
            return NOPLogger.NOP_LOGGER;
        }

        @Override
        public Logger getLogger(Class<?> type) {
            return NOPLogger.NOP_LOGGER;
        }
    };

    private Algorithms() {}

    /** The JDK's own X25519, Ed25519 and AES start faster than Bouncy Castle's and need no provider in every JVM. */
    static void useJdkCryptography() {
        SecurityUtils.setRegisterBouncyCastle(false);
        Security.addProvider(new EcdsaName()); // once: a second of the same name is not taken
    }

    /**
     * For one connection to a host that is recognised by {@code trust}. Only key types that are pinned are offered, or
     * the server might present another of its keys and look as if it had changed.
     */
    static ConfigImpl configuration(HostKeys.Trust trust) {
        var config = new ConfigImpl();
        config.setLoggerFactory(SILENT);
        config.setVersion("Espalier");
        config.setRandomFactory(RANDOM);
        config.setKeyExchangeFactories(KEX);
        config.setCipherFactories(CIPHERS);
        config.setMACFactories(MACS);
        config.setCompressionFactories(List.of(new NoneCompression.Factory()));
        config.setFileKeyProviderFactories(List.of());
        config.setKeepAliveProvider(KeepAliveProvider.KEEP_ALIVE);
        config.setVerifyHostKeyCertificates(false); // HostKeyCheck does, and also knows the host by its name
        config.setKeyAlgorithms(hostKeyAlgorithms(trust));
        return config;
    }

    /**
     * Logs in by {@code login}. sshj takes the algorithms for our own key from the list that also says which host keys we
     * take, so that the list is another one just for this step; a later key exchange again takes only what is pinned.
     */
    static void whileAnyClientKeyIsAllowed(ConfigImpl config, Login login) throws IOException {
        List<Factory.Named<KeyAlgorithm>> ofHost = config.getKeyAlgorithms();
        config.setKeyAlgorithms(PLAIN_KEYS);
        try {
            login.run();
        } finally {
            config.setKeyAlgorithms(ofHost);
        }
    }

    /** A step that talks to a server. */
    @FunctionalInterface
    interface Login {
        void run() throws IOException;
    }

    private static List<Factory.Named<KeyAlgorithm>> hostKeyAlgorithms(HostKeys.Trust trust) {
        if (trust.isNone()) {
            return PLAIN_KEYS;
        }
        var offered = new LinkedHashSet<Factory.Named<KeyAlgorithm>>();
        if (!trust.authorities().isEmpty()) {
            offered.addAll(CERTIFICATES);
        }
        for (HostKey key : trust.pinned()) {
            Set<String> names =
                    key.type().equals("ssh-rsa") ? Set.of("rsa-sha2-512", "rsa-sha2-256") : Set.of(key.type());
            PLAIN_KEYS.stream()
                    .filter(algorithm -> names.contains(algorithm.getName()))
                    .forEach(offered::add);
        }
        if (offered.isEmpty()) {
            throw new IllegalArgumentException("host key: "
                    + trust.pinned().getFirst().type() + " (expected: ssh-ed25519, ecdsa-sha2-nistp* or ssh-rsa)");
        }
        return List.copyOf(offered);
    }
}
