package io.espalier.protocol.release;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.espalier.protocol.HostName;
import io.espalier.protocol.codec.MalformedException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ReleaseTest {

    private static final HostName WEB1 = new HostName("web1");

    @Test
    void isReadBackAsItWasWritten() {
        Release release = Releases.full();
        assertThat(Release.decode(release.encode())).isEqualTo(release);
    }

    @Test
    void dutiesAreReadBackAsTheyWereWritten() {
        Release release = Releases.busy();
        assertThat(Release.decode(release.encode())).isEqualTo(release);
        assertThat(release.id()).isNotEqualTo(Releases.full().id());
    }

    /** The id of a release from before there were duties; hosts hold such releases and must know them again. */
    @Test
    void releaseWithoutDutiesKeepsTheBytesThatItAlwaysHad() {
        assertThat(Releases.full().encode()[0]).isEqualTo((byte) 1);
        assertThat(Releases.busy().encode()[0]).isEqualTo((byte) 2);
        assertThat(Releases.full().id().digest().hex())
                .isEqualTo("46a72940ae7f20f5ee2cf60196a064e1bd3cb4c424a46c99ee3f50f7ee6b2863");
    }

    @Test
    void newerVersionWithoutDutiesIsNoSecondFormOfTheSame() {
        byte[] bytes = Releases.full().encode();
        bytes[0] = 2;
        assertThatThrownBy(() -> Release.decode(bytes)).isInstanceOf(MalformedException.class);
    }

    @Test
    void sameContentHasSameIdAndOtherContentAnother() {
        assertThat(Releases.full().id()).isEqualTo(Releases.full().id());
        var other = new Release(WEB1, List.of(Releases.unit("base", Releases.file("/etc/motd", "bye\n"))));
        assertThat(other.id()).isNotEqualTo(Releases.full().id());
    }

    @Test
    void onePathInTwoUnitsIsRefusedNamingBoth() {
        var a = Releases.unit("a", Releases.file("/etc/motd", "x"));
        var b = Releases.unit("b", Releases.file("/etc/motd", "y"));
        assertThatThrownBy(() -> new Release(WEB1, List.of(a, b)))
                .hasMessage("path: /etc/motd is held by unit a and by unit b (expected: one holder)");
    }

    @Test
    void pathsThatDifferInCaseOnlyAreRefused() {
        var a = Releases.unit("a", Releases.file("/etc/Motd", "x"), Releases.file("/etc/motd", "y"));
        assertThatThrownBy(() -> new Release(WEB1, List.of(a))).hasMessageContaining("one holder");
    }

    @Test
    void fileBelowFileIsRefused() {
        var a = Releases.unit("a", Releases.file("/etc/x/y/z", "1"));
        var b = Releases.unit("b", Releases.file("/etc/x", "2"));
        assertThatThrownBy(() -> new Release(WEB1, List.of(a, b)))
                .hasMessage("path: /etc/x/y/z lies below the file /etc/x of unit b (expected: a folder)");
    }

    @Test
    void anyCutOrFlippedByteIsMalformedOrAnotherReleaseButNeverAnotherError() {
        for (Release release : List.of(Releases.full(), Releases.busy())) {
            cutAndFlip(release.encode());
        }
    }

    private static void cutAndFlip(byte[] good) {
        for (int cut = 0; cut < good.length; cut++) {
            byte[] bytes = Arrays.copyOf(good, cut);
            assertThatThrownBy(() -> Release.decode(bytes)).isInstanceOf(MalformedException.class);
        }
        for (int at = 0; at < good.length; at++) {
            for (int bit = 0; bit < 8; bit++) {
                byte[] bytes = good.clone();
                bytes[at] ^= (byte) (1 << bit);
                decodeOrMalformed(bytes);
            }
        }
    }

    @Test
    void randomBytesAreMalformed() {
        var random = new Random(20261120);
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = new byte[random.nextInt(200)];
            random.nextBytes(bytes);
            decodeOrMalformed(bytes);
        }
    }

    private static void decodeOrMalformed(byte[] bytes) {
        try {
            Release release = Release.decode(bytes);
            assertThat(release.units()).isNotNull();
        } catch (MalformedException expected) {
            assertThat(expected).hasMessageNotContaining("null");
        }
    }
}
