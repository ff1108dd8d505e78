package io.espalier.backup.repository;

import io.espalier.backup.codec.FormatException;
import io.espalier.backup.crypt.AgeIdentity;
import io.espalier.backup.crypt.AgeRecipient;
import io.espalier.backup.crypt.ClientKey;
import io.espalier.backup.repository.ObjectName.Kind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A client's secret as it lies in the repository, sealed to the recipient, so that the age identity alone is enough to
 * restore. Its bytes are lines of text:
 *
 * <pre>
 * espalier-backup-key 1
 * label: web1
 * recipient: age1...
 * secret: base64 of an age file that holds the 32 bytes
 * </pre>
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record KeyObject(ObjectName name, String label, AgeRecipient recipient, byte[] wrapped) {

    private static final String FIRST = "espalier-backup-key 1";

    /** A new client. {@code bytes} go into the store under {@code client.keyHex()}. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record New(ClientKey client, byte[] bytes) {}

    /** @param label which client it is, for people; one line */
    public static New create(String label, AgeRecipient recipient) throws IOException {
        if (label.isBlank() || label.length() > 100 || label.chars().anyMatch(Character::isISOControl)) {
            throw new FormatException("label: \"" + label + "\" (expected: one line of up to 100 characters)");
        }
        byte[] secret = ClientKey.newSecret();
        String wrapped = Base64.getEncoder().encodeToString(recipient.wrap(secret));
        byte[] bytes = (FIRST + "\nlabel: " + label + "\nrecipient: " + recipient + "\nsecret: " + wrapped + "\n")
                .getBytes(StandardCharsets.UTF_8);
        return new New(ClientKey.of(ObjectName.of(Kind.KEY, bytes).sha256Hex(), recipient, secret), bytes);
    }

    public static KeyObject parse(ObjectName name, byte[] bytes) throws IOException {
        List<String> lines = new String(bytes, StandardCharsets.UTF_8).lines().toList();
        if (lines.isEmpty() || !lines.getFirst().equals(FIRST)) {
            throw new FormatException(name + " is no client key");
        }
        Map<String, String> fields = new HashMap<>();
        for (String line : lines.subList(1, lines.size())) {
            int colon = line.indexOf(": ");
            if (colon > 0) {
                fields.put(line.substring(0, colon), line.substring(colon + 2));
            }
        }
        try {
            return new KeyObject(
                    name,
                    fields.getOrDefault("label", ""),
                    AgeRecipient.parse(fields.getOrDefault("recipient", "")),
                    Base64.getDecoder().decode(fields.getOrDefault("secret", "")));
        } catch (IllegalArgumentException e) {
            throw new FormatException(name + " is malformed", e);
        }
    }

    public ClientKey open(AgeIdentity identity) throws IOException {
        return ClientKey.of(name.sha256Hex(), recipient, identity.unwrap(wrapped));
    }
}
