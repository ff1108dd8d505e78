package io.espalier.httpdns.dialect;

import io.espalier.httpdns.access.Reason;
import io.espalier.httpdns.access.RefusedException;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** Record types by name and number (IANA, DNS parameters), and what rcodes are called. */
public final class Types {
    static final int A = 1;
    static final int AAAA = 28;
    static final int OPT = 41;

    private static final Map<String, Integer> NUMBERS = Map.ofEntries(
            Map.entry("A", A),
            Map.entry("NS", 2),
            Map.entry("CNAME", 5),
            Map.entry("SOA", 6),
            Map.entry("PTR", 12),
            Map.entry("HINFO", 13),
            Map.entry("MX", 15),
            Map.entry("TXT", 16),
            Map.entry("RP", 17),
            Map.entry("AAAA", AAAA),
            Map.entry("LOC", 29),
            Map.entry("SRV", 33),
            Map.entry("NAPTR", 35),
            Map.entry("CERT", 37),
            Map.entry("DNAME", 39),
            Map.entry("DS", 43),
            Map.entry("SSHFP", 44),
            Map.entry("RRSIG", 46),
            Map.entry("NSEC", 47),
            Map.entry("DNSKEY", 48),
            Map.entry("NSEC3", 50),
            Map.entry("NSEC3PARAM", 51),
            Map.entry("TLSA", 52),
            Map.entry("SMIMEA", 53),
            Map.entry("CDS", 59),
            Map.entry("CDNSKEY", 60),
            Map.entry("OPENPGPKEY", 61),
            Map.entry("SVCB", 64),
            Map.entry("HTTPS", 65),
            Map.entry("SPF", 99),
            Map.entry("URI", 256),
            Map.entry("CAA", 257));

    private static final Map<Integer, String> NAMES = names();

    private static final String[] RCODES = {
        "NOERROR",
        "FORMERR",
        "SERVFAIL",
        "NXDOMAIN",
        "NOTIMP",
        "REFUSED",
        "YXDOMAIN",
        "YXRRSET",
        "NXRRSET",
        "NOTAUTH",
        "NOTZONE"
    };

    private Types() {}

    private static Map<Integer, String> names() {
        var names = new HashMap<Integer, String>();
        NUMBERS.forEach((name, number) -> names.put(number, name));
        return Map.copyOf(names);
    }

    /**
     * Reads a name such as {@code AAAA}, a number, or {@code TYPE65} (RFC 3597).
     *
     * @throws RefusedException for what is no type, and for what is never answered
     */
    static int parse(String text) throws RefusedException {
        var upper = text.strip().toUpperCase(Locale.ROOT);
        var known = NUMBERS.get(upper);
        if (known != null) {
            return known;
        }
        var digits = upper.startsWith("TYPE") ? upper.substring(4) : upper;
        if (digits.matches("[1-9]\\d{0,4}")) {
            var number = Integer.parseInt(digits);
            if (number <= 0xffff && !isNeverAnswered(number)) {
                return number;
            }
        }
        throw new RefusedException(
                Reason.UNKNOWN_TYPE,
                "no record type that is answered here: '" + (text.length() <= 20 ? text : text.substring(0, 20)) + "'");
    }

    /** ANY, transfers, OPT and their like (RFC 6895, 3.1): good for amplification and little else. */
    static boolean isNeverAnswered(int type) {
        return type == 0 || type == OPT || (type >= 128 && type <= 255);
    }

    /** Such as {@code A}; {@code TYPE64999} for what has no name here. */
    public static String name(int type) {
        var name = NAMES.get(type);
        return name == null ? "TYPE" + type : name;
    }

    /** Such as {@code NXDOMAIN}. */
    public static String rcode(int rcode) {
        return rcode >= 0 && rcode < RCODES.length ? RCODES[rcode] : "RCODE" + rcode;
    }
}
