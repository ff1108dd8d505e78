package io.espalier.httpdns.dialect;

import io.espalier.httpdns.answer.Question;
import io.espalier.httpdns.answer.Subnet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A request that can be answered.
 *
 * @param dialect its name, for counting: {@code dn}, {@code dnspod}, {@code alibaba}, ...
 * @param questions in the order in which the reply wants its answers; none if the reply knows all that it needs
 * @param claim the network in whose name was asked; counts if signed or from a trusted proxy. A prefix of 0 always counts
 * @param client the address that was given, for replies that tell it; null if none
 * @param isSigned true if a signature over the claim was checked
 * @param isForMany true if the same request of anyone else gets the same reply: nothing signed, encrypted or claimed,
 *     and the client's address does not stand in it
 */
public record Asked(
        String dialect,
        List<Question> questions,
        Reply reply,
        @Nullable Subnet claim,
        @Nullable String client,
        boolean isSigned,
        boolean isForMany) {
    public Asked {
        questions = List.copyOf(questions);
    }

    /** The same in the name of {@code network}. */
    public Asked forClient(@Nullable Subnet network) {
        return network == null
                ? this
                : new Asked(
                        dialect,
                        questions.stream()
                                .map(question -> new Question(question.name(), question.type(), network))
                                .toList(),
                        reply,
                        claim,
                        client,
                        isSigned,
                        false);
    }

    /** The same, written down in another way. */
    public Asked with(Reply other) {
        return new Asked(dialect, questions, other, claim, client, isSigned, false);
    }
}
