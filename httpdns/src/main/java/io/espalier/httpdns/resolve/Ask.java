package io.espalier.httpdns.resolve;

import io.espalier.httpdns.answer.Subnet;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.ClientSubnetOption;
import org.xbill.DNS.DClass;
import org.xbill.DNS.EDNSOption;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.TSIG;
import org.xbill.DNS.TSIGRecord;
import org.xbill.DNS.TextParseException;

/** One question as it goes over the wire, with all that an answer to it must repeat. */
final class Ask {
    /** What fits a packet on every path (RFC 9715). */
    private static final int PAYLOAD = 1232;

    final int id;
    final String name;
    final int type;
    final byte[] bytes;
    /** Name, type and class, spelt as sent. */
    final byte[] question;

    final @Nullable Subnet network;
    final @Nullable TSIG tsig;
    final @Nullable TSIGRecord signature;

    private Ask(
            int id,
            String name,
            int type,
            byte[] bytes,
            @Nullable Subnet network,
            @Nullable TSIG tsig,
            @Nullable TSIGRecord signature) {
        this.id = id;
        this.name = name;
        this.type = type;
        this.bytes = bytes;
        var end = 12;
        while (bytes[end] != 0) {
            end += bytes[end] + 1;
        }
        this.question = Arrays.copyOfRange(bytes, 12, end + 5);
        this.network = network;
        this.tsig = tsig;
        this.signature = signature;
    }

    /** The root is the empty name. */
    static Name named(String name) throws TextParseException {
        return name.isEmpty() ? Name.root : Name.fromString(name, Name.root);
    }

    /**
     * @param mixCase spell the name at random (0x20): more to guess for who forges answers
     * @throws IOException if the name is none
     */
    static Ask of(
            String name,
            int type,
            @Nullable Subnet network,
            @Nullable TsigKey key,
            boolean mixCase,
            SecureRandom random)
            throws IOException {
        var spelling = named(name).toWire();
        var chance = new byte[2 + (mixCase ? spelling.length : 0)];
        random.nextBytes(chance);
        for (var i = 0; mixCase && i < spelling.length; i++) {
            // a label's length is below 64 and so never looks like a letter
            if (spelling[i] >= 'a' && spelling[i] <= 'z' && (chance[i + 2] & 1) == 0) {
                spelling[i] = (byte) (spelling[i] - 32);
            }
        }
        var message = new Message(((chance[0] & 0xff) << 8) | (chance[1] & 0xff));
        message.getHeader().setFlag(Flags.RD);
        message.addRecord(Record.newRecord(new Name(spelling), type, DClass.IN), Section.QUESTION);
        List<EDNSOption> options =
                network == null ? List.of() : List.of(new ClientSubnetOption(network.prefix(), network.address()));
        message.addRecord(new OPTRecord(PAYLOAD, 0, 0, 0, options), Section.ADDITIONAL);
        if (key == null) {
            return new Ask(message.getHeader().getID(), name, type, message.toWire(), network, null, null);
        }
        var tsig = key.signer();
        tsig.apply(message, null);
        return new Ask(message.getHeader().getID(), name, type, message.toWire(), network, tsig, message.getTSIG());
    }
}
