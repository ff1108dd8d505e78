package io.espalier.metrics.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;

class GmetricTest {
    private static Gmetric read(byte[] packet) throws BadWireException {
        assertThat(Gmetric.isOne(packet, 0, packet.length)).isTrue();
        return Gmetric.read(packet, 0, packet.length);
    }

    @Test
    void readsMetadataAndEveryKindOfValue() throws BadWireException {
        assertThat(read(XdrWriter.metadata("web1", "cpu_user", "float", "%", 3)))
                .isEqualTo(
                        new Gmetric.Metadata("web1", "cpu_user", "float", "%", "both", 60, 0, Map.of("GROUP", "cpu")));
        assertThat(read(XdrWriter.value("web1", "cpu_user", "12.5")))
                .isEqualTo(new Gmetric.Text("web1", "cpu_user", "12.5"));
        Object[][] numbers = {
            {129, 65535L, 65535.0},
            {130, 0xffff_fffeL, -2.0},
            {131, 0xffff_fffeL, -2.0},
            {132, 0xffff_fffeL, 4294967294.0}
        };
        for (Object[] number : numbers) {
            byte[] packet = XdrWriter.packet((int) number[0], "h", "m", false)
                    .text("%d")
                    .word((long) number[1])
                    .bytes();
            assertThat(read(packet)).isEqualTo(new Gmetric.Number("h", "m", (double) number[2]));
        }
        byte[] single = XdrWriter.packet(134, "h", "m", false)
                .text("%f")
                .word(Float.floatToIntBits(1.5f))
                .bytes();
        assertThat(read(single)).isEqualTo(new Gmetric.Number("h", "m", 1.5));
        long bits = Double.doubleToLongBits(-2.25);
        byte[] full = XdrWriter.packet(135, "h", "m", false)
                .text("%f")
                .word(bits >>> 32)
                .word(bits)
                .bytes();
        assertThat(read(full)).isEqualTo(new Gmetric.Number("h", "m", -2.25));
        assertThat(read(XdrWriter.packet(136, "h", "m", false).bytes())).isEqualTo(new Gmetric.Request("h", "m"));
    }

    @Test
    void aSpoofedHostIsItsNameAndControlCharactersGo() throws BadWireException {
        byte[] packet = XdrWriter.packet(133, "10.0.0.1:db\n1", "m", true)
                .text("%s")
                .text("x")
                .bytes();
        assertThat(read(packet)).isEqualTo(new Gmetric.Text("db_1", "m", "x"));
    }

    @Test
    void lengthsBeyondThePacketAreRefused() {
        byte[] packet =
                new XdrWriter().word(133).word(0x7fffffff).word(1).word(1).bytes();
        assertThatThrownBy(() -> read(packet)).hasMessageContaining("a text of 2147483647 bytes (at most 8)");
        byte[] nan = XdrWriter.packet(134, "h", "m", false)
                .text("%f")
                .word(Float.floatToIntBits(Float.NaN))
                .bytes();
        assertThatThrownBy(() -> read(nan)).hasMessageContaining("no finite number");
        byte[] many = XdrWriter.packet(128, "h", "m", false)
                .text("float")
                .text("m")
                .text("")
                .word(3)
                .word(1)
                .word(1)
                .word(0xffffffffL)
                .bytes();
        assertThatThrownBy(() -> read(many)).hasMessageContaining("extra fields");
    }
}
