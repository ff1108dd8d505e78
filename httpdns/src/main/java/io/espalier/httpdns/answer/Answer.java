package io.espalier.httpdns.answer;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The outcome of a question, whatever dialect it was asked in. Immutable.
 *
 * @param question what was asked, with the client's network if one counted
 * @param rcode 0 to 4095: 0 no error, 2 server failure, 3 no such name, 5 refused
 * @param records the answer section: the CNAME chain first, then what was asked for
 * @param authority the authority section: the SOA of a negative answer, otherwise empty
 * @param scope how wide the answer holds: null for everyone, else the network it was made for
 * @param ttl seconds it may still be kept, from now on; never 0 for an answer that is alive
 * @param origin where it came from
 * @param note why, when there is more to say than the rcode does (an extended error, RFC 8914); for people
 */
public record Answer(
        Question question,
        int rcode,
        List<ResourceRecord> records,
        List<ResourceRecord> authority,
        @Nullable Subnet scope,
        long ttl,
        Origin origin,
        @Nullable String note) {
    public Answer {
        records = List.copyOf(records);
        authority = List.copyOf(authority);
    }

    /** The note as anyone may read it: which upstreams were asked, and how that went, is for operators. */
    public @Nullable String publicNote() {
        return switch (origin) {
            case FAILURE -> note == null ? null : "no upstream could answer";
            case STALE -> note == null ? null : "stale: no upstream could answer";
            case LOCAL_ZONE, MEMORY, REDIS, UPSTREAM -> note;
        };
    }
}
