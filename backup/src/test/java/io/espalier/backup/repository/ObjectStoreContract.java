package io.espalier.backup.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.espalier.backup.repository.ObjectName.Kind;
import io.espalier.backup.repository.StoreException.Reason;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** What every store promises. */
abstract class ObjectStoreContract {

    abstract ObjectStore store() throws Exception;

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static ObjectName put(ObjectStore store, Kind kind, byte[] content) throws StoreException {
        ObjectName name = ObjectName.of(kind, content);
        store.put(name, ByteBuffer.wrap(content));
        return name;
    }

    @Test
    void whatWasPutIsThere() throws Exception {
        ObjectStore store = store();
        for (Kind kind : Kind.values()) {
            ObjectName name = put(store, kind, bytes("content of " + kind));
            assertThat(store.get(name)).isEqualTo(bytes("content of " + kind));
            assertThat(store.size(name)).contains((long) bytes("content of " + kind).length);
            assertThat(store.range(name, 3, 4)).isEqualTo(bytes("tent"));
            assertThat(store.list(kind)).containsExactly(name);
        }
    }

    @Test
    void nothingIsThereBefore() throws Exception {
        ObjectStore store = store();
        ObjectName name = ObjectName.of(Kind.PACK, bytes("x"));
        assertThat(store.list(Kind.PACK)).isEmpty();
        assertThat(store.size(name)).isEmpty();
        assertThatThrownBy(() -> store.get(name))
                .isInstanceOfSatisfying(
                        StoreException.class, e -> assertThat(e.reason()).isEqualTo(Reason.NOT_FOUND));
        assertThatThrownBy(() -> store.range(name, 0, 1))
                .isInstanceOfSatisfying(
                        StoreException.class, e -> assertThat(e.reason()).isEqualTo(Reason.NOT_FOUND));
        store.delete(name);
    }

    @Test
    void bytesOfAnotherNameAreRefused() throws Exception {
        ObjectStore store = store();
        ObjectName name = ObjectName.of(Kind.PACK, bytes("one"));
        assertThatThrownBy(() -> store.put(name, ByteBuffer.wrap(bytes("other"))))
                .isInstanceOfSatisfying(
                        StoreException.class, e -> assertThat(e.reason()).isEqualTo(Reason.DAMAGED));
        assertThat(store.list(Kind.PACK)).isEmpty();
    }

    @Test
    void puttingTwiceIsPuttingOnce() throws Exception {
        ObjectStore store = store();
        put(store, Kind.INDEX, bytes("same"));
        ObjectName name = put(store, Kind.INDEX, bytes("same"));
        assertThat(store.list(Kind.INDEX)).containsExactly(name);
    }

    @Test
    void whatWasDeletedIsGone() throws Exception {
        ObjectStore store = store();
        ObjectName name = put(store, Kind.MARK, bytes("x"));
        store.delete(name);
        assertThat(store.list(Kind.MARK)).isEmpty();
        assertThat(store.size(name)).isEmpty();
    }

    @Test
    void aRangeBeyondTheEndIsDamage() throws Exception {
        ObjectStore store = store();
        ObjectName name = put(store, Kind.PACK, bytes("0123456789"));
        assertThatThrownBy(() -> store.range(name, 5, 10))
                .isInstanceOfSatisfying(
                        StoreException.class, e -> assertThat(e.reason()).isEqualTo(Reason.DAMAGED));
    }

    @Test
    void manyAtOnceAllArrive() throws Exception {
        ObjectStore store = store();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var puts = new ArrayList<Callable<ObjectName>>();
            for (int i = 0; i < 40; i++) {
                byte[] content = bytes("content " + i % 20); // each twice
                puts.add(() -> put(store, Kind.PACK, content));
            }
            for (Future<ObjectName> done : threads.invokeAll(puts)) {
                assertThat(store.size(done.get())).isPresent();
            }
        }
        assertThat(store.list(Kind.PACK)).hasSize(20).isSorted();
    }
}
