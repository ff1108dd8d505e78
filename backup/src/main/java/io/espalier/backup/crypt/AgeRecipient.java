package io.espalier.backup.crypt;

import com.exceptionfactory.jagged.framework.stream.StandardEncryptingChannelFactory;
import com.exceptionfactory.jagged.x25519.X25519RecipientStanzaWriterFactory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.security.GeneralSecurityException;
import java.util.List;

/** The public half of an age X25519 key pair, such as {@code age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p}. */
public record AgeRecipient(String text) {

    /** @throws KeyException if it is no age X25519 recipient */
    public static AgeRecipient parse(String text) throws KeyException {
        try {
            X25519RecipientStanzaWriterFactory.newRecipientStanzaWriter(text);
        } catch (GeneralSecurityException | RuntimeException e) {
            throw new KeyException("\"" + text + "\" is no age recipient (expected: age1..., as age-keygen prints)", e);
        }
        return new AgeRecipient(text);
    }

    /** {@code secret} as an age file that only the other half opens. */
    public byte[] wrap(byte[] secret) {
        try {
            var out = new ByteArrayOutputStream();
            var writer = X25519RecipientStanzaWriterFactory.newRecipientStanzaWriter(text);
            try (var channel = new StandardEncryptingChannelFactory()
                    .newEncryptingChannel(Channels.newChannel(out), List.of(writer))) {
                ByteBuffer rest = ByteBuffer.wrap(secret);
                while (rest.hasRemaining()) {
                    channel.write(rest);
                }
            }
            return out.toByteArray();
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("cannot seal to " + text, e);
        }
    }

    @Override
    public String toString() {
        return text;
    }
}
