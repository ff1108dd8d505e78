package io.espalier.orchestrator.ssh;

import com.hierynomus.sshj.userauth.keyprovider.OpenSSHKeyV1KeyFile;
import java.io.IOException;
import java.io.StringReader;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import net.schmizz.sshj.common.Buffer;
import net.schmizz.sshj.userauth.keyprovider.BaseFileKeyProvider;
import net.schmizz.sshj.userauth.keyprovider.KeyFormat;
import net.schmizz.sshj.userauth.keyprovider.KeyProviderUtil;
import net.schmizz.sshj.userauth.keyprovider.OpenSSHKeyFile;
import net.schmizz.sshj.userauth.keyprovider.PKCS8KeyFile;
import net.schmizz.sshj.userauth.password.PasswordUtils;

/**
 * Private keys in OpenSSH's own file form (its {@code PROTOCOL.key}), unencrypted:
 *
 * <pre>
 * "openssh-key-v1\0" "none" "none" "" 1
 * string   public key: "ssh-ed25519", 32 bytes
 * string   check, check, "ssh-ed25519", 32 bytes public, 64 bytes seed and public, comment, padding 1 2 3 ...
 * </pre>
 */
public final class OpenSshKeys {

    private static final String HEAD = "-----BEGIN OPENSSH PRIVATE KEY-----\n";
    private static final String FOOT = "\n-----END OPENSSH PRIVATE KEY-----\n";
    private static final String TYPE = "ssh-ed25519";
    private static final int KEY_BYTES = 32;
    private static final int BLOCK = 8;

    static {
        Algorithms.useJdkCryptography();
    }

    private OpenSshKeys() {}

    /** A new Ed25519 key. */
    public static KeyPair generate() {
        try {
            return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("every JDK since 15 has Ed25519", impossible);
        }
    }

    static String writePrivate(KeyPair pair, String comment) {
        byte[] open = last(pair.getPublic().getEncoded()); // X.509 and PKCS#8 both end in the bare key
        byte[] seed = last(pair.getPrivate().getEncoded());
        byte[] publicBlob =
                new Buffer.PlainBuffer().putString(TYPE).putBytes(open).getCompactData();
        int check = new SecureRandom().nextInt();
        var secret = new Buffer.PlainBuffer()
                .putUInt32FromInt(check)
                .putUInt32FromInt(check)
                .putString(TYPE)
                .putBytes(open)
                .putBytes(concat(seed, open))
                .putString(comment);
        for (byte pad = 1; secret.available() % BLOCK != 0; pad++) {
            secret.putByte(pad);
        }
        var file = new Buffer.PlainBuffer()
                .putRawBytes("openssh-key-v1\0".getBytes(java.nio.charset.StandardCharsets.US_ASCII))
                .putString("none")
                .putString("none")
                .putString("")
                .putUInt32(1)
                .putBytes(publicBlob)
                .putBytes(secret.getCompactData());
        return HEAD + Base64.getMimeEncoder(70, new byte[] {'\n'}).encodeToString(file.getCompactData()) + FOOT;
    }

    /**
     * Reads a private key as {@code ssh-keygen} writes it, in the new form or as PEM.
     *
     * @param passphrase empty for a key without one
     * @throws IOException if it is no such key, or the passphrase is wrong
     */
    public static KeyPair readPrivate(String text, char[] passphrase) throws IOException {
        KeyFormat format = KeyProviderUtil.detectKeyFileFormat(text, false);
        BaseFileKeyProvider file = switch (format) {
            case OpenSSHv1 -> new OpenSSHKeyV1KeyFile();
            case OpenSSH -> new OpenSSHKeyFile();
            case PKCS8 -> new PKCS8KeyFile();
            default -> throw new IOException("not a private key in OpenSSH's form");
        };
        if (passphrase.length == 0) {
            file.init(new StringReader(text));
        } else {
            file.init(new StringReader(text), PasswordUtils.createOneOff(passphrase.clone()));
        }
        return new KeyPair(file.getPublic(), file.getPrivate());
    }

    private static byte[] last(byte[] encoded) {
        return Arrays.copyOfRange(encoded, encoded.length - KEY_BYTES, encoded.length);
    }

    private static byte[] concat(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }
}
