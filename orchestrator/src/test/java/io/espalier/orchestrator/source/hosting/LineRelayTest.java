package io.espalier.orchestrator.source.hosting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class LineRelayTest {

    private static final Duration LONG = Duration.ofSeconds(30);

    @Test
    void linesArriveInOrder() {
        List<String> out = new ArrayList<>();
        boolean ended = LineRelay.run(
                lines -> {
                    lines.accept("one");
                    lines.accept("two\nthree");
                },
                out::add,
                LONG);
        assertThat(ended).isTrue();
        assertThat(out).containsExactly("one", "two", "three");
    }

    @Test
    void producerThatDoesNotEndIsInterruptedAfterItsTime() throws Exception {
        var interrupted = new CountDownLatch(1);
        List<String> out = new ArrayList<>();
        boolean ended = LineRelay.run(
                lines -> {
                    lines.accept("begins");
                    try {
                        new CountDownLatch(1).await();
                    } catch (InterruptedException _) {
                        interrupted.countDown();
                    }
                },
                out::add,
                Duration.ofMillis(200));
        assertThat(ended).isFalse();
        assertThat(out).containsExactly("begins");
        interrupted.await();
    }

    @Test
    void producerIsNotHeldUpByASlowTerminalAndSaysWhatIsLeftOut() {
        List<String> out = new ArrayList<>();
        var produced = new CountDownLatch(1);
        LineRelay.run(
                lines -> {
                    for (int i = 0; i < 5_000; i++) {
                        lines.accept("line " + i);
                    }
                    produced.countDown();
                },
                line -> {
                    try {
                        produced.await();
                    } catch (InterruptedException e) {
                        throw new AssertionError(e);
                    }
                    out.add(line);
                },
                LONG);
        assertThat(out).hasSizeBetween(1_000, 1_010).contains("line 0").doesNotContain("line 4999");
    }

    @Test
    void failureOfTheProducerIsThrownAfterItsLines() {
        List<String> out = new ArrayList<>();
        assertThatThrownBy(() -> LineRelay.run(
                        lines -> {
                            lines.accept("last words");
                            throw new IllegalStateException("a defect");
                        },
                        out::add,
                        LONG))
                .hasMessage("a defect");
        assertThat(out).containsExactly("last words");
    }

    @Test
    void escapeSequencesDoNotReachTheTerminal() {
        assertThat(LineRelay.printable("a\u001b[31mb\r\u0007\tc\u009b")).isEqualTo("a?[31mb??\tc?");
        assertThat(LineRelay.printable("x".repeat(5_000))).hasSize(1_003);
    }
}
