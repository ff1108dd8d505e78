package io.espalier.orchestrator.release;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.espalier.protocol.Digest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ObjectStoreTest {

    @TempDir
    Path folder;

    private ObjectStore objects;

    @BeforeEach
    void open() {
        objects = new ObjectStore(folder);
    }

    @Test
    void objectIsReadBackByItsDigest() {
        Digest digest = objects.put(bytes("hello"));

        assertThat(digest).isEqualTo(Digest.of(bytes("hello")));
        assertThat(objects.contains(digest)).isTrue();
        assertThat(objects.read(digest)).hasValue(bytes("hello"));
        assertThat(file(digest)).exists();
    }

    @Test
    void absentObjectIsEmpty() {
        assertThat(objects.read(Digest.of(bytes("absent")))).isEmpty();
        assertThat(objects.contains(Digest.of(bytes("absent")))).isFalse();
    }

    @Test
    void anotherStoreOnTheFolderSeesIt() {
        Digest digest = objects.put(bytes("hello"));

        assertThat(new ObjectStore(folder).read(digest)).hasValue(bytes("hello"));
    }

    @Test
    void tornObjectCountsAsAbsentAndIsPutAgain() throws IOException {
        Digest digest = objects.put(bytes("hello"));
        Files.writeString(file(digest), "hel");

        assertThat(objects.put(bytes("hello"))).isEqualTo(digest);
        assertThat(objects.read(digest)).hasValue(bytes("hello"));

        Files.writeString(file(digest), "jello"); // of the right size
        assertThat(objects.read(digest)).isEmpty();
        assertThat(objects.contains(digest)).isFalse();
        objects.put(bytes("hello"));
        assertThat(objects.read(digest)).hasValue(bytes("hello"));
    }

    @Test
    void syncForcesWhatIsNewAndNothingTwice() throws IOException {
        objects.sync(); // whatever an earlier process left
        Digest digest = objects.put(bytes("hello"));
        objects.sync();
        Files.delete(file(digest));

        objects.sync();

        objects.put(bytes("again"));
        assertThat(objects.read(Digest.of(bytes("again")))).hasValue(bytes("again"));
    }

    @Test
    void failedSyncIsNeverTriedAgain() throws IOException {
        objects.sync();
        Digest digest = objects.put(bytes("hello"));
        Files.delete(file(digest));
        assertThatThrownBy(objects::sync).isInstanceOf(UncheckedIOException.class);

        objects.put(bytes("hello"));

        assertThatThrownBy(objects::sync)
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("an earlier sync failed");
    }

    @Test
    void manyObjectsAreSyncedWithTheirFileSystem() {
        for (int i = 0; i < 100; i++) {
            objects.put(bytes("object " + i));
        }
        objects.sync();
        assertThat(objects.contains(Digest.of(bytes("object 99")))).isTrue();
    }

    @Test
    void tooLargeAnObjectIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> objects.put(new byte[ObjectStore.MAX_OBJECT + 1]));
    }

    @Test
    void manyWritersOfOneObjectLeaveItWholeAndNothingElse() throws Exception {
        byte[] content = bytes("x".repeat(100_000));
        try (var threads = Executors.newFixedThreadPool(8)) {
            List<Callable<Digest>> writers = IntStream.range(0, 64)
                    .<Callable<Digest>>mapToObj(i -> () -> objects.put(content))
                    .toList();
            for (Future<Digest> written : threads.invokeAll(writers)) {
                assertThat(objects.read(written.get())).hasValue(content);
            }
        }
        try (var left = Files.list(folder.resolve("tmp"))) {
            assertThat(left).isEmpty();
        }
    }

    private Path file(Digest digest) {
        return folder.resolve(digest.hex().substring(0, 2)).resolve(digest.hex().substring(2));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
