package io.espalier.httpdns.zone;

import io.espalier.httpdns.answer.Presentation;
import io.espalier.httpdns.answer.ResourceRecord;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.Tokenizer;
import org.xbill.DNS.Type;

/**
 * A record of the operator's. A name that has one is answered from here for every type.
 *
 * @param name its owner's full name, lower case, without the dot at the end
 * @param type such as {@code A}
 * @param ttl seconds, 1 to 86400
 * @param text its presentation form, names in it complete, such as {@code 10 mail.demo.internal.}
 * @param view whose clients alone see it; null for all who see none of a view
 */
public record LocalRecord(
        String name,
        String type,
        long ttl,
        String text,
        @Nullable String view) {
    public LocalRecord {
        if (ttl < 1 || ttl > 86_400) {
            throw new IllegalArgumentException(name + ": a TTL of " + ttl + " (expected: 1 to 86400)");
        }
        parsed(name, type, ttl, text);
    }

    ResourceRecord record() {
        return parsed(name, type, ttl, text);
    }

    /** @throws IllegalArgumentException if type or text are none */
    static ResourceRecord parsed(String name, String type, long ttl, String text) {
        try {
            var number = Type.value(type);
            if (number < 0) {
                throw new IllegalArgumentException(name + ": " + type + " is no type");
            }
            var owner = Name.fromString(name, Name.root);
            var data = Record.fromString(owner, number, DClass.IN, ttl, new Tokenizer(text), Name.root)
                    .rdataToWireCanonical();
            var shown = Presentation.of(number, data);
            return new ResourceRecord(
                    name,
                    number,
                    ttl,
                    data,
                    shown != null
                            ? shown
                            : Record.newRecord(owner, number, DClass.IN, ttl, data)
                                    .rdataToString());
        } catch (IOException e) {
            throw new IllegalArgumentException(name + " " + type + ": " + text + " (" + e.getMessage() + ")", e);
        }
    }
}
