package io.espalier.metrics.pipe;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ScanTest {
    @Test
    void findsWhatALoopFindsWhateverStandsAround() {
        var random = new Random(7);
        byte[] around = {'"', '"' ^ 1, (byte) ('"' | 0x80), 0, (byte) 0xff, '\\', 'a'};
        for (int round = 0; round < 200_000; round++) {
            byte[] bytes = new byte[random.nextInt(40)];
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = around[random.nextInt(around.length)];
            }
            int from = random.nextInt(bytes.length + 1);
            int to = from + random.nextInt(bytes.length - from + 1);
            assertThat(Scan.find(bytes, from, to, (byte) '"')).isEqualTo(find(bytes, from, to, false));
            assertThat(Scan.findUnescaped(bytes, from, to, (byte) '"')).isEqualTo(find(bytes, from, to, true));
        }
    }

    private static int find(byte[] bytes, int from, int to, boolean isEscaping) {
        for (int i = from; i < to; i++) {
            if (bytes[i] == '"') {
                return i;
            }
            if (isEscaping && bytes[i] == '\\') {
                i++;
            }
        }
        return -1;
    }

    @Test
    void findsNothingInNothing() {
        assertThat(Scan.find("aaa".getBytes(StandardCharsets.US_ASCII), 3, 3, (byte) 'a'))
                .isEqualTo(-1);
    }
}
