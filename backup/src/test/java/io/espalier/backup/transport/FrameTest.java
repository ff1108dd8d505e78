package io.espalier.backup.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.backup.repository.ObjectName;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class FrameTest {
    private static final List<Frame> ALL = List.of(
            new Frame.Offer(
                    7,
                    ObjectName.of(ObjectName.Kind.SNAPSHOT, new byte[] {1}),
                    99,
                    ByteBuffer.wrap(Store.bytes(1, 32))),
            new Frame.Data(7, 1L << 33, ByteBuffer.wrap(Store.bytes(2, 100))),
            new Frame.Bye(),
            new Frame.Opened(3, 4),
            new Frame.Credit(5),
            new Frame.Need(7, 6),
            new Frame.Have(7, "receipt"),
            new Frame.Refuse(7, Refusal.FULL, "no room"),
            new Frame.Working(),
            new Frame.Closed("why"));

    private static Optional<Frame.Numbered> decode(byte[] bytes) {
        return Frame.decode(ByteBuffer.wrap(bytes));
    }

    @Test
    void everyFrameComesBackAsItWas() {
        for (Frame frame : ALL) {
            assertThat(decode(frame.encode(42))).contains(new Frame.Numbered(42, frame));
        }
    }

    @Test
    void dataThatChangedOrWasCutIsNoFrame() {
        byte[] good = ALL.get(1).encode(0);
        for (int at = Frame.HEADER + 12; at < good.length; at++) {
            byte[] bad = good.clone();
            bad[at] ^= 1;
            assertThat(decode(bad)).as("byte %d", at).isEmpty();
            assertThat(decode(Arrays.copyOf(good, at))).as("cut at %d", at).isEmpty();
        }
    }

    @Test
    void junkIsNoFrameAndNoException() {
        for (int seed = 0; seed < 20_000; seed++) {
            byte[] junk = Store.bytes(seed, seed % 90);
            assertThat(decode(junk).map(Frame.Numbered::frame).filter(Frame.Data.class::isInstance))
                    .isEmpty();
        }
        assertThat(decode(new byte[0])).isEmpty();
    }

    @Test
    void largestFrameStaysBelowTheAllocationClass() {
        byte[] largest = new Frame.Data(0, 0, ByteBuffer.allocate(Frame.MAX_DATA)).encode(0);
        assertThat(largest.length).isLessThan(512 << 10);
    }
}
