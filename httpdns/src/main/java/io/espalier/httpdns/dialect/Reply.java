package io.espalier.httpdns.dialect;

import io.espalier.httpdns.answer.Answer;
import java.util.List;

/** How answers are written down for the one who asked. Pure: the same answers give the same body. */
@FunctionalInterface
public interface Reply {
    /**
     * @param answers one for each question, in order
     * @param client the address for which was asked, in text
     */
    Body write(List<Answer> answers, String client);
}
