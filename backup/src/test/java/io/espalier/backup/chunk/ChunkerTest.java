package io.espalier.backup.chunk;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ChunkerTest {

    private static final ChunkSizes SIZES = new ChunkSizes(2 << 10, 8 << 10, 64 << 10);

    private final Chunker chunker = new Chunker(key(1), SIZES);

    private static byte[] key(long seed) {
        byte[] key = new byte[2048];
        new Random(seed).nextBytes(key);
        return key;
    }

    private static byte[] random(int size) {
        byte[] bytes = new byte[size];
        new Random(7).nextBytes(bytes);
        return bytes;
    }

    private static List<byte[]> cut(Chunker chunker, byte[] bytes, int piece) throws Exception {
        var chunks = new ArrayList<byte[]>();
        var buffer = new ChunkBuffer(chunker);
        ChunkTarget target = (from, at, length) -> chunks.add(Arrays.copyOfRange(from, at, at + length));
        for (int at = 0; at < bytes.length; at += piece) {
            buffer.add(bytes, at, Math.min(piece, bytes.length - at), target);
        }
        buffer.finish(target);
        return chunks;
    }

    @Test
    void chunksPutTogetherAreTheStream() throws Exception {
        byte[] bytes = random(1_000_000);
        var together = new ByteArrayOutputStream();
        for (byte[] chunk : cut(chunker, bytes, 12_345)) {
            together.write(chunk);
        }
        assertThat(together.toByteArray()).isEqualTo(bytes);
    }

    @Test
    void cutsDoNotDependOnHowTheStreamComes() throws Exception {
        byte[] bytes = random(400_000);
        List<byte[]> whole = cut(chunker, bytes, bytes.length);
        for (int piece : new int[] {1, 17, 4096, 70_001}) {
            assertThat(cut(chunker, bytes, piece))
                    .usingElementComparator(Arrays::compare)
                    .isEqualTo(whole);
        }
    }

    @Test
    void lengthsStayWithinTheirBounds() throws Exception {
        List<byte[]> chunks = cut(chunker, random(4 << 20), 1 << 20);
        assertThat(chunks.subList(0, chunks.size() - 1))
                .allSatisfy(chunk -> assertThat(chunk.length).isBetween(SIZES.least() + 1, SIZES.most()));
        assertThat((4 << 20) / chunks.size()).isBetween(SIZES.average() * 3 / 4, SIZES.average() * 3 / 2);
    }

    @Test
    void sameBytesWithoutEndAreCutAtTheLongest() throws Exception {
        assertThat(cut(chunker, new byte[200_000], 200_000)).hasSizeLessThanOrEqualTo(200_000 / SIZES.least());
    }

    @Test
    void anInsertionChangesFewChunks() throws Exception {
        byte[] before = random(2 << 20);
        var after = new ByteArrayOutputStream();
        after.write(before, 0, 700_000);
        after.write(42);
        after.write(before, 700_000, before.length - 700_000);
        var known = new HashSet<String>();
        cut(chunker, before, 1 << 20).forEach(chunk -> known.add(new String(chunk, StandardCharsets.ISO_8859_1)));
        long fresh = cut(chunker, after.toByteArray(), 1 << 20).stream()
                .filter(chunk -> !known.contains(new String(chunk, StandardCharsets.ISO_8859_1)))
                .count();
        assertThat(fresh).isBetween(1L, 4L);
    }

    @Test
    void anotherKeyCutsElsewhere() throws Exception {
        byte[] bytes = random(1 << 20);
        List<Integer> one =
                cut(chunker, bytes, 1 << 20).stream().map(chunk -> chunk.length).toList();
        List<Integer> other = cut(new Chunker(key(2), SIZES), bytes, 1 << 20).stream()
                .map(chunk -> chunk.length)
                .toList();
        assertThat(one).isNotEqualTo(other);
    }
}
