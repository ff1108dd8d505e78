package io.espalier.httpdns.zone;

import io.espalier.httpdns.answer.Answer;
import io.espalier.httpdns.answer.Origin;
import io.espalier.httpdns.answer.Question;
import io.espalier.httpdns.answer.ResourceRecord;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Keeps apart what is public and what is not. Private names are not told to upstreams, questions that serve abuse are
 * refused, and an address of a private network is taken out of a public name's answer, so that nobody's DNS can make a
 * client talk to its own network (rebinding). It works on each answer that is given out, not on what is kept: a change
 * needs no flush.
 */
public final class Guard {
    private static final int REFUSED = 5;
    private static final int NO_SUCH_NAME = 3;
    private static final long TTL = 300;

    /** Type 0, OPT, and the meta types from TKEY (249) to ANY (255). */
    private static final Set<Integer> NO_QUESTIONS = Set.of(0, 41, 249, 250, 251, 252, 253, 254, 255);

    /** RFC 6303, 6761, 6762, 7686, 8375: names of no public meaning. */
    private static final Set<String> PRIVATE = privateNames();

    /** Their last labels: most names are let through after one look. */
    private static final Set<String> TOPS = Set.of("localhost", "local", "invalid", "onion", "arpa");

    private final boolean addresses;
    private final List<String> allowed;

    /**
     * @param addresses whether private addresses are taken out
     * @param allowed names that are private on purpose, each with all below it: they are asked for, and their answers
     *     stay as they are
     */
    public Guard(boolean addresses, List<String> allowed) {
        this.addresses = addresses;
        this.allowed = List.copyOf(allowed);
    }

    private static Set<String> privateNames() {
        var names = new HashSet<>(Set.of("localhost", "local", "invalid", "onion", "home.arpa"));
        for (var first : List.of("0", "10", "127", "254.169", "168.192")) {
            names.add(first + ".in-addr.arpa");
        }
        for (var i = 16; i < 32; i++) {
            names.add(i + ".172.in-addr.arpa");
        }
        for (var i = 64; i < 128; i++) {
            names.add(i + ".100.in-addr.arpa");
        }
        for (var prefix : List.of("c.f", "d.f", "8.e.f", "9.e.f", "a.e.f", "b.e.f")) {
            names.add(prefix + ".ip6.arpa");
        }
        names.add("0.".repeat(31) + "0.ip6.arpa");
        names.add("1." + "0.".repeat(30) + "0.ip6.arpa");
        return Set.copyOf(names);
    }

    /** The answer to a question that goes no further; null for all others. */
    public @Nullable Answer refusal(Question question) {
        if (NO_QUESTIONS.contains(question.type())) {
            return refusal(question, REFUSED, "questions of type " + question.type() + " are not answered");
        }
        var name = question.name();
        if (!TOPS.contains(name.substring(name.lastIndexOf('.') + 1))) {
            return null;
        }
        for (var at = name; !at.isEmpty(); ) {
            if (PRIVATE.contains(at) && !isAllowed(name)) {
                return refusal(question, NO_SUCH_NAME, at + " has no public meaning and is not asked for");
            }
            var dot = at.indexOf('.');
            at = dot < 0 ? "" : at.substring(dot + 1);
        }
        return null;
    }

    private static Answer refusal(Question question, int rcode, String note) {
        return new Answer(question, rcode, List.of(), List.of(), null, TTL, Origin.LOCAL_ZONE, note);
    }

    private boolean isAllowed(String name) {
        for (var each : allowed) {
            if (Zones.isWithin(name, each)) {
                return true;
            }
        }
        return false;
    }

    /** The answer as it may be given out; mostly the same. */
    public Answer cleaned(Answer answer) {
        if (!addresses
                || !hasPrivate(answer.records())
                || isAllowed(answer.question().name())) {
            return answer;
        }
        var clean = new ArrayList<ResourceRecord>();
        for (var each : answer.records()) {
            if (!PrivateAddresses.in(each)) {
                clean.add(each);
            }
        }
        var removed = answer.records().size() - clean.size();
        var note = "left out: " + removed + (removed == 1 ? " record" : " records") + " of a private network";
        return new Answer(
                answer.question(),
                answer.rcode(),
                clean,
                answer.authority(),
                answer.scope(),
                answer.ttl(),
                answer.origin(),
                answer.note() == null ? note : answer.note() + "; " + note);
    }

    private static boolean hasPrivate(List<ResourceRecord> records) {
        for (var each : records) {
            if (PrivateAddresses.in(each)) {
                return true;
            }
        }
        return false;
    }
}
