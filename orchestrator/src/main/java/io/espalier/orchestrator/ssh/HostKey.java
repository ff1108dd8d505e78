package io.espalier.orchestrator.ssh;

import com.hierynomus.sshj.userauth.certificate.Certificate;
import io.espalier.protocol.Digest;
import java.security.PublicKey;
import java.util.Base64;
import java.util.regex.Pattern;
import net.schmizz.sshj.common.Buffer;

/**
 * The public key of a host or of an authority that signs hosts' keys, as it stands in known_hosts.
 *
 * @param type such as {@code ssh-ed25519}
 * @param base64 of the key's wire form (RFC 4253, 6.6)
 */
public record HostKey(String type, String base64) {

    private static final Pattern LINE = Pattern.compile("([a-z0-9@.-]{1,64}) ([A-Za-z0-9+/]{16,4096}={0,2})( .*)?");

    public HostKey {
        byte[] blob;
        try {
            blob = Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("host key: not base64", e);
        }
        if (!typeOf(blob).equals(type)) {
            throw new IllegalArgumentException(
                    "host key: " + type + " (expected: " + typeOf(blob) + ", as the key itself says)");
        }
    }

    /** From {@code ssh-ed25519 AAAA...}, with or without a comment behind. */
    public static HostKey parse(String line) {
        var matcher = LINE.matcher(line.strip());
        if (!matcher.matches()) {
            throw new IllegalArgumentException("host key: " + line + " (expected: ssh-ed25519 AAAA...)");
        }
        return new HostKey(matcher.group(1), matcher.group(2));
    }

    /** Of a certificate, the key that it certifies. */
    public static HostKey of(PublicKey key) {
        PublicKey plain = key instanceof Certificate<?> certificate ? certificate.getKey() : key;
        return ofBlob(new Buffer.PlainBuffer().putPublicKey(plain).getCompactData());
    }

    static HostKey ofBlob(byte[] blob) {
        return new HostKey(typeOf(blob), Base64.getEncoder().encodeToString(blob));
    }

    private static String typeOf(byte[] blob) {
        try {
            return new Buffer.PlainBuffer(blob).readString();
        } catch (Buffer.BufferException | RuntimeException e) {
            throw new IllegalArgumentException("host key: not a key (expected: ssh-ed25519 AAAA...)", e);
        }
    }

    /** As {@code ssh-keygen -l} prints it: {@code SHA256:} and unpadded base64. */
    public String fingerprint() {
        byte[] digest = Digest.of(Base64.getDecoder().decode(base64)).raw();
        return "SHA256:" + Base64.getEncoder().withoutPadding().encodeToString(digest);
    }

    /** As in known_hosts and {@code hosts.yaml}: {@code ssh-ed25519 AAAA...}. */
    public String line() {
        return type + " " + base64;
    }

    @Override
    public String toString() {
        return type + " " + fingerprint();
    }
}
