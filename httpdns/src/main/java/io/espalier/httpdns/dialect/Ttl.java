package io.espalier.httpdns.dialect;

import io.espalier.httpdns.answer.Answer;
import io.espalier.httpdns.answer.Origin;
import io.espalier.httpdns.answer.ResourceRecord;
import java.util.List;

/** What dialects want to know about answers. */
final class Ttl {
    private Ttl() {}

    /** Of one record as it may be told: a record never outlives the answer that it stands in. */
    static long of(ResourceRecord entry, Answer answer) {
        return Math.min(entry.ttl(), answer.ttl());
    }

    /** For how long replies with these answers may be kept: the least of them, and failures not at all. */
    static long least(List<Answer> answers) {
        var least = Long.MAX_VALUE;
        for (var answer : answers) {
            var isFailure = answer.origin() == Origin.FAILURE || (answer.rcode() != 0 && answer.rcode() != 3);
            least = Math.min(least, isFailure ? 0 : answer.ttl());
        }
        return answers.isEmpty() ? 0 : least;
    }

    /** The texts of the records of the type that was asked for; the CNAMEs before them are left out. */
    static List<String> addresses(Answer answer) {
        return answer.records().stream()
                .filter(entry -> entry.type() == answer.question().type())
                .map(ResourceRecord::text)
                .toList();
    }

    /** As the zone has it: the least of what was stored. */
    static long original(Answer answer) {
        return answer.records().stream().mapToLong(ResourceRecord::ttl).min().orElse(answer.ttl());
    }
}
