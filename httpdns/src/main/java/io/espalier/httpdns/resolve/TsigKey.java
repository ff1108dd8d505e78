package io.espalier.httpdns.resolve;

import java.util.Arrays;
import java.util.Objects;
import org.xbill.DNS.Name;
import org.xbill.DNS.TSIG;
import org.xbill.DNS.TextParseException;

/** A key shared with an upstream (RFC 8945). Its secret is never printed. */
public final class TsigKey {
    private final String name;
    private final String algorithm;
    private final byte[] secret;

    /**
     * @param name the key's name, such as {@code fleet-key}
     * @param algorithm such as {@code hmac-sha256}
     * @param secret the key itself, decoded
     */
    public TsigKey(String name, String algorithm, byte[] secret) {
        this.name = name;
        this.algorithm = algorithm;
        this.secret = secret.clone();
        signer();
    }

    TSIG signer() {
        try {
            return new TSIG(TSIG.algorithmToName(algorithm), Name.fromString(name, Name.root), secret);
        } catch (TextParseException e) {
            throw new IllegalArgumentException("name: " + name + " (expected: a domain name)", e);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TsigKey key
                && name.equals(key.name)
                && algorithm.equals(key.algorithm)
                && Arrays.equals(secret, key.secret);
    }

    @Override
    public int hashCode() {
        return Objects.hash(name, algorithm);
    }

    @Override
    public String toString() {
        return name + " (" + algorithm + ")";
    }
}
