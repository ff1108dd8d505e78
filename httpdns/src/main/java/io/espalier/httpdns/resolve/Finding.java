package io.espalier.httpdns.resolve;

import io.espalier.httpdns.answer.ResourceRecord;
import io.espalier.httpdns.answer.Subnet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How a search among the upstreams ended. */
public sealed interface Finding {
    /**
     * An answer to be believed, positive or negative.
     *
     * @param rcode 0 or 3
     * @param records the CNAME chain from the name asked, then the records of the type asked; TTLs as the upstream gave
     *     them, those above 2^31-1 taken as 0 (RFC 2181)
     * @param authority the SOA of a negative answer if there was one that covers the name, otherwise empty
     * @param scope the network it was made for; null if none was named
     * @param forEveryone false if it may not be given to clients of other networks: made for a scope, or asked without
     *     a network where networks count
     * @param upstream who said so
     */
    record Found(
            int rcode,
            List<ResourceRecord> records,
            List<ResourceRecord> authority,
            @Nullable Subnet scope,
            boolean forEveryone,
            String upstream)
            implements Finding {
        public Found {
            records = List.copyOf(records);
            authority = List.copyOf(authority);
        }
    }

    /**
     * No upstream gave an answer to be believed.
     *
     * @param reason what each of them did, for a person
     */
    record Failed(String reason) implements Finding {}
}
