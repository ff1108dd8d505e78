package io.espalier.httpdns.front;

import io.espalier.httpdns.answer.Answer;
import io.espalier.httpdns.dialect.Asked;
import java.util.List;

/**
 * A request that came before, byte for byte, and the bytes that answered it. They hold until the next second begins, as
 * TTLs count seconds, or until someone says that answers have changed.
 */
final class Prepared {
    final Asked asked;
    final int dialect;
    final Http1Text.Manner manner;
    private List<Answer> answers = List.of();
    private byte[] bytes = {};
    private long second = Long.MIN_VALUE;
    private int generation;

    Prepared(Asked asked, int dialect, Http1Text.Manner manner) {
        this.asked = asked;
        this.dialect = dialect;
        this.manner = manner;
    }

    boolean holds(Loop loop) {
        return second == loop.second() && generation == loop.generation();
    }

    void render(List<Answer> current, Loop loop) {
        // Whoever shares a prepared request has an address of its own, which this reply does not tell.
        bytes = Http1Text.answer(asked.reply().write(current, ""), loop.date(), manner);
        answers = current;
        second = loop.second();
        generation = loop.generation();
    }

    byte[] bytes() {
        return bytes;
    }

    List<Answer> answers() {
        return answers;
    }
}
