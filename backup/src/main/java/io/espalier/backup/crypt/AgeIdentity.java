package io.espalier.backup.crypt;

import com.exceptionfactory.jagged.framework.stream.StandardDecryptingChannelFactory;
import com.exceptionfactory.jagged.x25519.X25519KeyPairGenerator;
import com.exceptionfactory.jagged.x25519.X25519RecipientStanzaReaderFactory;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.util.Arrays;
import java.util.List;

/** The secret half of an age X25519 key pair. Whoever has it reads every backup that was sealed to its recipient. */
public final class AgeIdentity {

    /** A secret that is wrapped is this long at most; in bytes. */
    private static final int MAX_SECRET = 256;

    private final String secret;

    private AgeIdentity(String secret) {
        this.secret = secret;
    }

    /** A new pair. */
    public record Pair(AgeIdentity identity, AgeRecipient recipient) {}

    /** Makes a pair, from the operating system's randomness. */
    public static Pair generate() {
        try {
            KeyPair pair = new X25519KeyPairGenerator().generateKeyPair();
            return new Pair(
                    new AgeIdentity(pair.getPrivate().toString()),
                    new AgeRecipient(pair.getPublic().toString()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * From the text of an identity file as {@code age-keygen} writes it: comments, and one line {@code AGE-SECRET-KEY-1...}.
     *
     * @throws KeyException if there is no such line
     */
    public static AgeIdentity parse(String file) throws KeyException {
        for (String line : file.lines().map(String::strip).toList()) {
            if (line.startsWith("AGE-SECRET-KEY-1")) {
                try {
                    X25519RecipientStanzaReaderFactory.newRecipientStanzaReader(line);
                } catch (GeneralSecurityException | RuntimeException e) {
                    throw new KeyException("the age identity is malformed", e);
                }
                return new AgeIdentity(line);
            }
        }
        throw new KeyException("no age identity (expected: a line AGE-SECRET-KEY-1...)");
    }

    /** The line that {@link #parse} reads. */
    public String reveal() {
        return secret;
    }

    /**
     * What {@link AgeRecipient#wrap} wrapped.
     *
     * @throws KeyException if it was wrapped to somebody else, or is damaged
     */
    public byte[] unwrap(byte[] wrapped) throws KeyException {
        try {
            var reader = X25519RecipientStanzaReaderFactory.newRecipientStanzaReader(secret);
            try (var channel = new StandardDecryptingChannelFactory()
                    .newDecryptingChannel(Channels.newChannel(new ByteArrayInputStream(wrapped)), List.of(reader))) {
                ByteBuffer out = ByteBuffer.allocate(MAX_SECRET);
                while (out.hasRemaining() && channel.read(out) >= 0) {
                    // until its end
                }
                return Arrays.copyOf(out.array(), out.position());
            }
        } catch (GeneralSecurityException | IOException | RuntimeException e) {
            throw new KeyException("this identity does not open it: wrapped to another recipient, or damaged", e);
        }
    }

    @Override
    public String toString() {
        return "*****";
    }
}
