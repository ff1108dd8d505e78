package io.espalier.metrics.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.metrics.query.Budget;
import io.espalier.metrics.query.Queries;
import io.espalier.metrics.query.Query;
import io.espalier.metrics.query.Value;
import io.espalier.metrics.tree.MetricTree;
import io.espalier.metrics.tree.TreeSettings;
import io.espalier.testkit.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every line is one JSON object, so the count of each says whether it was read once. */
class TailTest {

    @TempDir
    private Path folder;

    private Path log;
    private MetricTree tree;
    private int written;

    @BeforeEach
    void start() {
        log = folder.resolve("access.log");
        tree = new MetricTree(TreeSettings.ofMachine(), InstantSource.system());
    }

    private Tail follow() throws IOException {
        return new Tail(log, folder.resolve("state"), new Intake(tree, Optional.empty()));
    }

    private String lines(int n) {
        var text = new StringBuilder();
        for (int i = 0; i < n; i++) {
            text.append("{\"line\":{\"n").append(written++).append("\":1}}\n");
        }
        return text.toString();
    }

    private static void append(Path file, String text) throws IOException {
        Files.writeString(file, text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private double value(String key) {
        return new Queries(tree, Budget.USUAL)
                .run(Query.parse(key)).stream()
                        .mapToDouble(result -> result.value() instanceof Value.Scalar(double number) ? number : 0)
                        .sum();
    }

    private void awaitAll() {
        Await.until("all " + written + " lines", () -> value("line,*|count") == written);
        onceEach();
    }

    private void onceEach() {
        assertThat(value("line,*|count")).isEqualTo(written);
        assertThat(value("line,*|max")).as("a line read twice").isEqualTo(1);
    }

    @Test
    void aLineCountsOnceItsEndIsThere() throws Exception {
        append(log, lines(3) + "{\"line\":");
        try (Tail _ = follow()) {
            awaitAll();
            append(log, "{\"n3\":1}}\n");
            written++;
            awaitAll();
        }
    }

    @Test
    void aFileThatComesLaterIsFollowed() throws Exception {
        try (Tail _ = follow()) {
            append(log, lines(2));
            awaitAll();
        }
    }

    @Test
    void afterARenameBothFilesAreReadToTheirEnds() throws Exception {
        append(log, lines(5));
        try (Tail _ = follow()) {
            awaitAll();
            Files.move(log, folder.resolve("access.log.1"));
            append(folder.resolve("access.log.1"), lines(4));
            append(log, lines(5));
            awaitAll();
            append(folder.resolve("access.log.1"), lines(1));
            append(log, lines(1));
            awaitAll();
        }
    }

    @Test
    void aFileThatIsCutStartsAgainEvenWhenItIsLongerAtTheNextLook() throws Exception {
        append(log, lines(10));
        try (Tail _ = follow()) {
            awaitAll();
            Files.writeString(log, "");
            append(log, lines(2));
            awaitAll();
            Path copy = folder.resolve("access.log.1");
            append(log, lines(20));
            Files.copy(log, copy);
            Files.writeString(log, lines(100));
            awaitAll();
        }
    }

    @Test
    void aRestartGoesOnWhereItWas() throws Exception {
        append(log, lines(7));
        try (Tail _ = follow()) {
            awaitAll();
        }
        append(log, lines(3));
        try (Tail _ = follow()) {
            awaitAll();
        }
        try (Tail _ = follow()) {
            Await.until(
                    "the position is known",
                    () -> Files.list(folder.resolve("state")).count() == 1);
            append(log, lines(1));
            awaitAll();
        }
    }

    @Test
    void whatWasRotatedTwiceWhileNobodyLookedIsRead() throws Exception {
        append(log, lines(7));
        try (Tail _ = follow()) {
            awaitAll();
        }
        append(log, lines(2));
        Files.move(log, folder.resolve("access.log.2"));
        Files.writeString(folder.resolve("access.log.1"), lines(4));
        Files.setLastModifiedTime(
                folder.resolve("access.log.2"), FileTime.from(Instant.now().minusSeconds(60)));
        append(log, lines(3));
        try (Tail _ = follow()) {
            awaitAll();
        }
        try (Tail _ = follow()) {
            append(log, lines(1));
            awaitAll();
        }
    }

    @Test
    void whatWasCopiedAndCutWhileNobodyLookedIsRead() throws Exception {
        append(log, lines(7));
        try (Tail _ = follow()) {
            awaitAll();
        }
        append(log, lines(2));
        Files.copy(log, folder.resolve("access.log-20261120"), StandardCopyOption.COPY_ATTRIBUTES);
        Files.writeString(log, "");
        append(log, lines(50));
        try (Tail _ = follow()) {
            awaitAll();
        }
    }

    @Test
    void whatCannotBeFoundAnyMoreIsTold() throws Exception {
        append(log, lines(7));
        try (Tail _ = follow()) {
            awaitAll();
        }
        Files.delete(log);
        append(log, lines(1));
        try (Tail _ = follow()) {
            awaitAll();
            assertThat(value("~tree,drops,tail-lost")).isEqualTo(1);
        }
    }

    @Test
    void aLineTooLongIsPassedOverAndTheNextIsRead() throws Exception {
        append(log, "x".repeat(500_000) + "\n" + lines(1));
        try (Tail _ = follow()) {
            awaitAll();
            assertThat(value("~tree,drops,long-line")).isEqualTo(1);
        }
    }

    /** Lines, renames, copies with a cut and restarts in any order; the seed is in the name of a failure. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void whateverIsDoneToTheFileEachLineIsReadOnce(long seed) throws Exception {
        var random = new Random(seed);
        Tail tail = follow();
        try {
            for (int step = 0; step < 40; step++) {
                append(log, lines(4 + random.nextInt(20)));
                // The clock of a file system may tick too slowly to tell what came first.
                Files.setLastModifiedTime(log, FileTime.from(Instant.now().plusSeconds(step)));
                switch (random.nextInt(6)) {
                    case 0 -> {
                        shift();
                        Files.move(log, moved(1));
                    }
                    case 1 -> {
                        shift();
                        Files.copy(log, moved(1), StandardCopyOption.COPY_ATTRIBUTES);
                        Files.writeString(log, "");
                    }
                    case 2 -> {
                        tail.close();
                        tail = follow();
                    }
                    case 3 -> awaitAll();
                    default -> LockSupport.parkNanos(random.nextInt(60_000_000));
                }
            }
            append(log, lines(1));
            awaitAll();
        } finally {
            tail.close();
        }
        assertThat(value("~tree,drops,*|sum")).isZero();
    }

    private Path moved(int n) {
        return folder.resolve("access.log." + n);
    }

    private void shift() throws IOException {
        for (int n = 40; n > 0; n--) {
            if (Files.exists(moved(n))) {
                Files.move(moved(n), moved(n + 1));
            }
        }
    }
}
