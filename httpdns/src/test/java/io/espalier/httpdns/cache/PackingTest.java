package io.espalier.httpdns.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.espalier.httpdns.answer.Presentation;
import io.espalier.httpdns.answer.ResourceRecord;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PackingTest {
    private static final List<ResourceRecord> RECORDS = List.of(
            new ResourceRecord("www.example", 5, 300, HexFormat.of().parseHex("0168076578616d706c6500"), "h.example."),
            new ResourceRecord("h.example", 1, 60, new byte[] {127, 0, 0, 1}, "127.0.0.1"),
            new ResourceRecord("h.example", 1, 60, new byte[] {127, 0, 0, 2}, "127.0.0.2"),
            new ResourceRecord("other.example", 65280, 2147483647, new byte[300], "\\# 300 00"));
    private static final List<ResourceRecord> SOA =
            List.of(new ResourceRecord("example", 6, 60, new byte[22], "ns. root. 0 0 0 0 0"));

    @Test
    void bytesAreAsDocumented() {
        var record = new ResourceRecord("a", 1, 300, new byte[] {127, 0, 0, 1}, "127.0.0.1");
        assertThat(HexFormat.of().formatHex(Packing.pack("a", 0, null, List.of(record), List.of())))
                .isEqualTo("000001" + "0001ac02047f00000100" + "00");
    }

    @Test
    void whatIsPackedComesBack() {
        var packed = Packing.pack("www.example", 3, "a note", RECORDS, SOA);
        var back = Packing.unpack("www.example", ByteBuffer.wrap(packed), Integer.MAX_VALUE, 0);
        assertThat(back.rcode()).isEqualTo(3);
        assertThat(back.note()).isEqualTo("a note");
        assertThat(back.records()).usingRecursiveComparison().isEqualTo(RECORDS);
        assertThat(back.authority()).usingRecursiveComparison().isEqualTo(SOA);
        assertThat(packed.length).isLessThan(480);
    }

    @Test
    void brokenBytesAreRefusedWhateverTheyAre() {
        var packed = Packing.pack("www.example", 3, "a note", RECORDS, SOA);
        var random = new Random(5);
        for (var round = 0; round < 30_000; round++) {
            var broken = packed.clone();
            for (var i = random.nextInt(1, 4); i > 0; i--) {
                broken[random.nextInt(broken.length)] = (byte) random.nextInt();
            }
            try {
                Packing.unpack("www.example", ByteBuffer.wrap(broken, 0, random.nextInt(1, broken.length + 1)), 60, 7);
            } catch (IllegalArgumentException e) {
                assertThat(e).hasMessageStartingWith("body: ");
            }
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Packing.unpack("x", ByteBuffer.wrap(new byte[] {0, 0, 1}), 60, 0));
    }

    @ParameterizedTest
    @CsvSource({
        "28,20010db8000000000000000000000001,2001:db8::1",
        "28,00000000000000000000000000000000,::",
        "28,00000000000000000000000000000001,::1",
        "28,20010db8000000010001000100010001,2001:db8:0:1:1:1:1:1",
        "28,20010000000000010000000000000001,2001:0:0:1::1",
        "28,fe800000000000000000000000000000,fe80::",
        "1,c0000201,192.0.2.1",
        "5,037777770765786100,",
        "12,0377777703666f6f00,www.foo.",
        "2,00,.",
        "16,0361206203225c07,\"a b\" \"\\\"\\\\\\007\""
    })
    void textFollowsFromTheData(int type, String hex, String text) {
        assertThat(Presentation.of(type, HexFormat.of().parseHex(hex))).isEqualTo(text);
    }
}
