package io.espalier.httpdns.front;

import io.espalier.httpdns.answer.Answer;
import io.espalier.httpdns.dialect.Asked;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A request that came before, byte for byte, and the bytes that answered it. They hold for one second and as long as
 * the answers stay the same: TTLs count seconds, so that is as long as any reply holds.
 */
@SuppressWarnings(
        "ReferenceEquality") // caches hand out the same lists again; equal ones would be rendered again, no harm
final class Prepared {
    final Asked asked;
    final int dialect;
    final Http1Text.Manner manner;
    private @Nullable List<Answer> answers;
    private byte[] bytes = {};
    private long second;

    Prepared(Asked asked, int dialect, Http1Text.Manner manner) {
        this.asked = asked;
        this.dialect = dialect;
        this.manner = manner;
    }

    byte[] bytes(List<Answer> current, Loop loop) {
        if (second != loop.second() || !isSame(current)) {
            // Whoever shares a prepared request has an address of its own, which this reply does not tell.
            bytes = Http1Text.answer(asked.reply().write(current, ""), loop.date(), manner);
            answers = current;
            second = loop.second();
        }
        return bytes;
    }

    private boolean isSame(List<Answer> current) {
        var before = answers;
        if (before == null || before.size() != current.size()) {
            return false;
        }
        for (var i = 0; i < current.size(); i++) {
            var a = before.get(i);
            var b = current.get(i);
            if (a != b
                    && (a.records() != b.records()
                            || a.authority() != b.authority()
                            || a.ttl() != b.ttl()
                            || a.rcode() != b.rcode()
                            || a.origin() != b.origin()
                            || a.scope() != b.scope()
                            || a.note() != b.note())) {
                return false;
            }
        }
        return true;
    }
}
