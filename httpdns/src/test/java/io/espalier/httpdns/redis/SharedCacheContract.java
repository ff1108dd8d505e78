package io.espalier.httpdns.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.httpdns.RedisServers;
import io.espalier.httpdns.answer.Question;
import io.espalier.httpdns.answer.ResourceRecord;
import io.espalier.httpdns.answer.Subnet;
import io.espalier.httpdns.cache.Kept;
import io.espalier.httpdns.cache.Packing;
import io.espalier.testkit.Await;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a shared cache promises, on whatever kind of Redis. */
abstract class SharedCacheContract {
    private SharedCache one;
    private SharedCache other;
    private long now;

    abstract RedisServers servers();

    @BeforeEach
    void connect() {
        one = connected(servers().settings());
        other = connected(servers().settings());
        now = System.currentTimeMillis();
    }

    private static SharedCache connected(RedisSettings settings) {
        var cache = new SharedCache(settings);
        Await.until("connected", () -> cache.find(new Question("warm.up", 1, null), 0) instanceof Looked.Miss);
        return cache;
    }

    @AfterEach
    void close() {
        one.close();
        other.close();
    }

    private static Question ask(String name, @Nullable String client) throws UnknownHostException {
        return new Question(name, 1, client == null ? null : new Subnet(InetAddress.getByName(client), 24));
    }

    private Kept kept(String name, int last, long seconds, @Nullable Subnet scope, boolean everyone) {
        var record =
                new ResourceRecord(name, 1, seconds, new byte[] {(byte) 192, 0, 2, (byte) last}, "192.0.2." + last);
        var body = Packing.pack(name, 0, null, List.of(record), List.of());
        return new Kept(body, now, now + seconds * 1000, now + seconds * 1000 + 60_000, scope, everyone);
    }

    private void put(Question question, Kept kept) {
        one.put(question, kept, now);
        Await.until("written", one::isCalm);
    }

    private @Nullable String found(Question question, long at) throws InterruptedException {
        return switch (other.find(question, at)) {
            case Looked.Hit hit ->
                Packing.unpack(question.name(), ByteBuffer.wrap(hit.kept().body()), 60, 0)
                        .records()
                        .getFirst()
                        .text();
            case Looked.Miss miss -> null;
            case Looked.Unavailable unavailable -> unavailable.reason();
        };
    }

    @Test
    void whatOneNodeKeepsAnotherFinds() throws Exception {
        var www = ask("one.example", null);
        put(www, kept("one.example", 1, 60, null, true));
        assertThat(found(www, now)).isEqualTo("192.0.2.1");
        assertThat(found(www, now + 61_000)).as("stale, but usable").isEqualTo("192.0.2.1");
        assertThat(found(www, now + 121_000)).isNull();
        assertThat(found(new Question("one.example", 28, null), now)).isNull();
    }

    @Test
    void rootHasItsPlaceToo() throws Exception {
        var root = ask("", null);
        put(root, kept("", 7, 60, null, true));
        assertThat(found(root, now)).isEqualTo("192.0.2.7");
        one.forget("");
        Await.until("forgotten", () -> found(root, now) == null);
    }

    @Test
    void eachNetworkFindsTheNarrowestThatCoversIt() throws Exception {
        var name = "scoped.example";
        put(ask(name, null), kept(name, 1, 60, null, true));
        put(ask(name, "203.0.113.0"), kept(name, 2, 60, new Subnet(InetAddress.getByName("203.0.113.0"), 24), false));
        put(ask(name, "203.0.0.0"), kept(name, 3, 60, new Subnet(InetAddress.getByName("203.0.0.0"), 16), false));
        assertThat(found(ask(name, "203.0.113.0"), now)).isEqualTo("192.0.2.2");
        assertThat(found(ask(name, "203.0.7.0"), now)).isEqualTo("192.0.2.3");
        assertThat(found(ask(name, "198.51.100.0"), now)).isEqualTo("192.0.2.1");
        assertThat(found(ask(name, null), now)).isEqualTo("192.0.2.1");
        one.forget(name);
        Await.until("forgotten", () -> found(ask(name, "203.0.113.0"), now) == null);
        assertThat(found(ask(name, null), now)).isNull();
    }

    @Test
    void answerAskedWithoutANetworkIsNotFoundByThoseWhoHaveOne() throws Exception {
        var name = "nobody.example";
        put(ask(name, null), kept(name, 1, 60, null, false));
        assertThat(found(ask(name, "203.0.113.0"), now)).isNull();
        assertThat(found(ask(name, null), now)).isEqualTo("192.0.2.1");
    }

    @Test
    void networksOfANameAreBounded() throws Exception {
        var name = "many.example";
        for (var i = 0; i < 100; i++) {
            var scope = new Subnet(InetAddress.getByName("203.0." + i + ".0"), 24);
            one.put(new Question(name, 1, scope), kept(name, i, 60 + i, scope, false), now);
        }
        Await.until("written", one::isCalm);
        var kept = 0;
        for (var i = 0; i < 100; i++) {
            kept += found(ask(name, "203.0." + i + ".0"), now) == null ? 0 : 1;
        }
        assertThat(kept).isBetween(60, 64);
        assertThat(found(ask(name, "203.0.99.0"), now)).isEqualTo("192.0.2.99");
    }

    @Test
    void oneNodeAtATimeHasTheLease() throws Exception {
        var www = ask("lease.example", null);
        assertThat(one.lease(www)).isEqualTo(Lease.GRANTED);
        assertThat(other.lease(www)).isEqualTo(Lease.HELD);
        other.release(www);
        Await.until("released in vain", other::isCalm);
        assertThat(other.lease(www)).as("only its holder gives it back").isEqualTo(Lease.HELD);
        one.release(www);
        Await.until("released", one::isCalm);
        assertThat(other.lease(www)).isEqualTo(Lease.GRANTED);
    }

    @Test
    void valueOfAnotherVersionIsAsIfItWereNotThere() throws Exception {
        assertThat(Schema.kept(new byte[] {9, 9, 9}, null, now)).isNull();
        assertThat(Schema.kept(new byte[40], null, now)).isNull();
        var value = Schema.value(kept("x", 1, 60, null, true));
        value[0] = 2;
        assertThat(Schema.kept(value, null, now)).isNull();
    }

    @Test
    void answerFromAClockThatIsAheadIsTakenAsOfNow() {
        var kept = Schema.kept(Schema.value(kept("x", 1, 60, null, true)), null, now - 10_000);
        assertThat(kept).isNotNull();
        assertThat(kept.storedAt()).isEqualTo(now - 10_000);
        assertThat(kept.freshUntil()).isEqualTo(now + 50_000);
    }
}
