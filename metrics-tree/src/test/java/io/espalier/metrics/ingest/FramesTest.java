package io.espalier.metrics.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.espalier.metrics.ingest.Frames.LostException;
import io.espalier.metrics.ingest.Protocol.Framing;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FramesTest {
    private final List<String> tooLong = new ArrayList<>();

    private List<String> cut(Framing framing, byte[] stream, int step) throws LostException {
        var frames = new Frames(framing, 16, tooLong::add);
        var messages = new ArrayList<String>();
        for (int at = 0; at < stream.length; ) {
            int n = Math.min(Math.min(step, stream.length - at), frames.room());
            System.arraycopy(stream, at, frames.buffer(), frames.end(), n);
            frames.filled(n);
            at += n;
            while (frames.next()) {
                messages.add(text(frames));
            }
        }
        if (frames.last()) {
            messages.add(text(frames));
        }
        return messages;
    }

    private static String text(Frames frames) {
        return new String(frames.buffer(), frames.from(), frames.to() - frames.from(), StandardCharsets.UTF_8);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 1000})
    void messagesAreTheSameInHoweverManyPartsTheyCome(int step) throws LostException {
        assertThat(cut(Framing.LINES, bytes("a\nbc\n\nlast"), step)).containsExactly("a", "bc", "", "last");
        assertThat(cut(Framing.SYSLOG, bytes("<1>line\n7 <2>a\nbc5 <3>x\n<4>end"), step))
                .containsExactly("<1>line", "<2>a\nbc", "<3>x\n", "<4>end");
        assertThat(cut(Framing.COUNTED, bytes("\0\0\0\3abc\0\0\0\0\0\0\0\1x"), step))
                .containsExactly("abc", "", "x");
    }

    @ParameterizedTest
    @ValueSource(ints = {1000, 100_000})
    void aMessageThatIsTooLongIsPassedOverAndTold(int step) throws LostException {
        String line = "x".repeat(300_000);
        assertThat(cut(Framing.LINES, bytes("a\n" + line + "\nb\n"), step)).containsExactly("a", "b");
        assertThat(tooLong).hasSize(1);
        assertThat(cut(Framing.SYSLOG, bytes("300000 " + line + "1 b"), step)).containsExactly("b");
        assertThat(tooLong).hasSize(2);
    }

    @Test
    void aCountThatCannotBeTrueEndsTheStream() {
        assertThatThrownBy(() -> cut(Framing.COUNTED, bytes("GET / HTTP/1.1"), 100))
                .isInstanceOf(LostException.class)
                .hasMessageContaining("1195725856 bytes");
    }
}
