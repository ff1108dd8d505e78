package io.espalier.httpdns;

import io.espalier.httpdns.answer.Answer;
import io.espalier.httpdns.answer.Names;
import io.espalier.httpdns.answer.Origin;
import io.espalier.httpdns.answer.Question;
import io.espalier.httpdns.answer.ResourceRecord;
import io.espalier.httpdns.answer.Trace;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/** A small world of names. What was put is at hand; what was put as slow is found by a look-up only. */
public final class FixedNames implements Names {
    private record Key(String name, int type) {}

    private final Map<Key, Answer> atHand = new ConcurrentHashMap<>();
    private final Map<Key, Answer> slow = new ConcurrentHashMap<>();
    private final List<Question> asked = new ArrayList<>();
    private volatile @Nullable CountDownLatch gate;

    /** The world that dialects are tested with. */
    public static FixedNames usual() {
        return new FixedNames()
                .put("www.example.com", 1, 60, "192.0.2.1", "192.0.2.2")
                .put("www.example.com", 28, 120, "2001:db8::1")
                .put("a.example.com", 1, 30, "192.0.2.10")
                .put("b.example.com", 1, 40, "192.0.2.11")
                .put("v4.example.com", 1, 50, "192.0.2.20")
                .put("v4.example.com", 28, 50)
                .putSlow("slow.example.com", 1, 70, "192.0.2.30");
    }

    public FixedNames put(String name, int type, long ttl, String... addresses) {
        atHand.put(new Key(name, type), answer(name, type, ttl, Origin.MEMORY, addresses));
        return this;
    }

    public FixedNames putSlow(String name, int type, long ttl, String... addresses) {
        slow.put(new Key(name, type), answer(name, type, ttl, Origin.UPSTREAM, addresses));
        return this;
    }

    public FixedNames put(Answer answer) {
        atHand.put(new Key(answer.question().name(), answer.question().type()), answer);
        return this;
    }

    /** Look-ups wait until the latch opens. */
    public FixedNames holdAt(CountDownLatch latch) {
        gate = latch;
        return this;
    }

    public static Answer answer(String name, int type, long ttl, Origin origin, String... addresses) {
        var records = new ArrayList<ResourceRecord>();
        for (var address : addresses) {
            records.add(new ResourceRecord(
                    name, type, ttl, InetAddress.ofLiteral(address).getAddress(), address));
        }
        return new Answer(new Question(name, type, null), 0, records, List.of(), null, ttl, origin, null);
    }

    /** Every question so far, in order. */
    public synchronized List<Question> asked() {
        return List.copyOf(asked);
    }

    @Override
    public @Nullable Answer atHand(Question question) {
        synchronized (this) {
            asked.add(question);
        }
        return told(atHand.get(new Key(question.name(), question.type())), question);
    }

    @Override
    public Answer lookup(Question question, Trace trace) throws InterruptedException {
        trace.step("world", "looked for " + question.name());
        var latch = gate;
        if (latch != null) {
            latch.await();
        }
        var key = new Key(question.name(), question.type());
        var found = atHand.containsKey(key) ? atHand.get(key) : slow.get(key);
        return found == null
                ? new Answer(question, 3, List.of(), List.of(), null, 15, Origin.UPSTREAM, null)
                : told(found, question);
    }

    private static @Nullable Answer told(@Nullable Answer answer, Question question) {
        return answer == null
                ? null
                : new Answer(
                        question,
                        answer.rcode(),
                        answer.records(),
                        answer.authority(),
                        answer.scope(),
                        answer.ttl(),
                        answer.origin(),
                        answer.note());
    }
}
