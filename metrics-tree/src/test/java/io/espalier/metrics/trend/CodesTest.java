package io.espalier.metrics.trend;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.metrics.bytes.BadBytesException;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CodesTest {
    @Test
    void anyNumbersAndGapsComeBack() throws BadBytesException {
        for (int seed = 0; seed < 300; seed++) {
            var random = new Random(seed);
            var codes = new Codes();
            int n = random.nextInt(500);
            var isThere = new boolean[n];
            var bits = new long[n];
            long before = 0;
            for (int i = 0; i < n; i++) {
                isThere[i] = random.nextInt(4) > 0;
                if (!isThere[i]) {
                    codes.gap(1);
                    continue;
                }
                bits[i] = switch (random.nextInt(5)) {
                    case 0 -> random.nextLong();
                    case 1 -> Double.doubleToRawLongBits(random.nextInt(1000));
                    case 2 -> Double.doubleToRawLongBits(random.nextGaussian());
                    default -> before;
                };
                codes.value(bits[i], before);
                before = bits[i];
            }
            Codes.Reader reader = codes.reader();
            before = 0;
            for (int i = 0; i < n; i++) {
                assertThat(reader.hasNext()).isTrue();
                assertThat(reader.next()).isEqualTo(isThere[i]);
                if (isThere[i]) {
                    before = reader.bits(before);
                    assertThat(before).isEqualTo(bits[i]);
                }
            }
            assertThat(reader.hasNext()).isFalse();
        }
    }
}
