package io.espalier.httpdns.front;

import io.espalier.httpdns.access.Reason;
import io.espalier.httpdns.answer.Answer;
import io.espalier.httpdns.dialect.Asked;
import io.espalier.httpdns.dialect.Body;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How a call ended. */
sealed interface Outcome {
    Body body();

    /**
     * A dialect's reply.
     *
     * @param asked null if the request was not a question of DNS
     */
    record Answered(@Nullable Asked asked, List<Answer> answers, Body body) implements Outcome {
        public Answered {
            answers = List.copyOf(answers);
        }
    }

    /**
     * No reply, and why.
     *
     * @param retryAfter seconds; 0 if trying again does not help
     */
    record Refused(Reason reason, Body body, long retryAfter) implements Outcome {}
}
