package io.espalier.httpdns.resolve;

import io.espalier.httpdns.answer.Presentation;
import io.espalier.httpdns.answer.ResourceRecord;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;

/**
 * Keeps of a message what was asked for, and nothing else: the CNAME chain from the name, the records of the type, or
 * the SOA that covers the name. What an upstream adds beside, kindly or not, never reaches a cache.
 */
final class Sifting {
    /** A longer chain is taken for a loop. */
    static final int CHAIN = 12;

    private static final int RECORDS = 2000;
    private static final long TTL_LIMIT = 1L << 31;

    private Sifting() {}

    sealed interface Sifted {
        /**
         * @param target where the chain leaves the message, if the upstream did not follow it to its end
         */
        record Good(
                int rcode,
                List<ResourceRecord> records,
                List<ResourceRecord> authority,
                @Nullable String target) implements Sifted {}

        /** @param fault true if the upstream is of no use, not only this name */
        record Bad(String why, boolean fault) implements Sifted {}
    }

    static Sifted sift(Message reply, String name, int type) throws TextParseException {
        var rcode = reply.getRcode();
        if (rcode != Rcode.NOERROR && rcode != Rcode.NXDOMAIN) {
            return new Sifted.Bad(Rcode.string(rcode), rcode != Rcode.SERVFAIL);
        }
        var answers = reply.getSection(Section.ANSWER);
        var current = Ask.named(name);
        var seen = new HashSet<>(Set.of(current));
        var kept = new ArrayList<ResourceRecord>();
        while (true) {
            var wanted = setOf(answers, current, type);
            if (!wanted.isEmpty()) {
                if (rcode == Rcode.NXDOMAIN) {
                    return new Sifted.Bad("records for a name it says is none", false);
                }
                kept.addAll(plain(wanted));
                return new Sifted.Good(rcode, kept, List.of(), null);
            }
            var alias = type == Type.CNAME ? List.<Record>of() : setOf(answers, current, Type.CNAME);
            if (alias.isEmpty()) {
                return negative(reply, rcode, current, kept);
            }
            if (alias.size() > 1 || !(alias.getFirst() instanceof CNAMERecord cname)) {
                return new Sifted.Bad("two CNAMEs of one name", false);
            }
            kept.addAll(plain(alias));
            current = cname.getTarget();
            if (!seen.add(current) || kept.size() > CHAIN) {
                return new Sifted.Bad("a CNAME loop", false);
            }
        }
    }

    private static Sifted negative(Message reply, int rcode, Name name, List<ResourceRecord> chain) {
        var authority = reply.getSection(Section.AUTHORITY);
        var soa = authority.stream()
                .filter(r -> r.getType() == Type.SOA && r.getDClass() == DClass.IN && name.subdomain(r.getName()))
                .limit(1)
                .toList();
        if (rcode == Rcode.NXDOMAIN || !soa.isEmpty()) {
            return new Sifted.Good(rcode, chain, plain(soa), null);
        }
        if (!chain.isEmpty()) {
            return new Sifted.Good(rcode, chain, List.of(), spelling(name));
        }
        if (!reply.getHeader().getFlag(Flags.AA)
                && !reply.getHeader().getFlag(Flags.RA)
                && authority.stream().anyMatch(r -> r.getType() == Type.NS)) {
            return new Sifted.Bad("a referral: it does not resolve for others", true);
        }
        return new Sifted.Good(rcode, chain, List.of(), null);
    }

    /** Each once: a copy of a record says nothing more. */
    private static List<Record> setOf(List<Record> section, Name name, int type) {
        var set = new LinkedHashMap<Record, Record>();
        for (var each : section) {
            if (each.getType() == type
                    && each.getDClass() == DClass.IN
                    && each.getName().equals(name)) {
                set.putIfAbsent(each, each);
                if (set.size() == RECORDS) {
                    break;
                }
            }
        }
        return List.copyOf(set.values());
    }

    /** One TTL for the set, its least (RFC 2181 section 5.2); names in lower case, as the question's spelling was ours. */
    private static List<ResourceRecord> plain(List<Record> set) {
        var ttl = set.stream()
                .mapToLong(r -> r.getTTL() >= TTL_LIMIT ? 0 : r.getTTL())
                .min()
                .orElse(0);
        var plain = new ArrayList<ResourceRecord>(set.size());
        for (var each : set) {
            plain.add(plain(each, ttl));
        }
        return plain;
    }

    private static ResourceRecord plain(Record each, long ttl) {
        var data = each.rdataToWireCanonical();
        var text = Presentation.of(each.getType(), data);
        if (text == null) {
            text = Record.newRecord(each.getName(), each.getType(), each.getDClass(), 0, data.length, data)
                    .rdataToString();
        }
        return new ResourceRecord(spelling(each.getName()), each.getType(), ttl, data, text);
    }

    static String spelling(Name name) {
        return name.equals(Name.root) ? "" : name.canonicalize().toString(true);
    }
}
