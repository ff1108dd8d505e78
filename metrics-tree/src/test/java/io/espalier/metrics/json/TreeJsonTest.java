package io.espalier.metrics.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.espalier.metrics.tree.Batch;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TreeJsonTest {
    private static Batch read(String json) throws BadJsonException {
        var batch = new Batch();
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        assertThat(new TreeJson().read(bytes, 0, bytes.length, batch)).isEqualTo(bytes.length);
        return batch;
    }

    @Test
    void readsTheSeedsExample() throws Exception {
        assertThat(
                        read("[{\"cpu\":{\"10.3.1.12\":{\"idle\":32,\"marker\":\"sth. wrong happened\"}},\"defaultaction\":\"average\"},"
                                        + "{\"br\":{\"ie\":{\"6\":3,\"7\":[8,{\"venders\":{\"sogou\":2}}]}},\"defaultaction\":\"add\"}]")
                                .leaves())
                .isEqualTo(5);
    }

    @Test
    void saysWhatIsWrongAndWhere() {
        assertThatThrownBy(() -> read("{\"a\":01}")).hasMessageContaining("at byte 6");
        assertThatThrownBy(() -> read("{\"a\":1e999}")).hasMessageContaining("too large");
        assertThatThrownBy(() -> read("{'a':1}")).hasMessageContaining("in double quotes");
        assertThatThrownBy(() -> read("{\"a\":NaN}")).hasMessageContaining("expected a value");
        assertThatThrownBy(() -> read("{\"a\":1")).hasMessageContaining("it ends");
        assertThatThrownBy(() -> read("{\"a\":{\"defaultaction\":\"sideways\"}}"))
                .hasMessageContaining("sideways");
        assertThatThrownBy(() -> read("{\"" + "x".repeat(5000) + "\":1}")).hasMessageContaining("longer than 1024");
        assertThatThrownBy(() -> read("{\"a\":".repeat(1000) + "1")).hasMessageContaining("more than 32 levels");
        assertThatThrownBy(() -> read("{\"a\":" + "[".repeat(1000))).hasMessageContaining("more than 32 levels");
    }

    @Test
    void anythingAtAllIsReadOrRefusedAndLeavesTheBatchWhole() {
        var random = new Random(7);
        String[] parts = {
            "{",
            "}",
            "[",
            "]",
            ",",
            ":",
            "\"",
            "\\",
            "u12",
            "a",
            "1",
            "-",
            ".",
            "e",
            "true",
            "null",
            " ",
            "\n",
            "é",
            "\u0000",
            "defaultaction",
            "\"defaultaction\":\"add\""
        };
        for (int i = 0; i < 50_000; i++) {
            var text = new StringBuilder(random.nextBoolean() ? "{\"a\":" : "");
            for (int k = random.nextInt(20); k > 0; k--) {
                text.append(parts[random.nextInt(parts.length)]);
            }
            byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
            var batch = new Batch();
            try {
                new TreeJson().read(bytes, 0, bytes.length, batch);
                assertThat(batch.depth()).isZero();
            } catch (BadJsonException e) {
                assertThat(batch.isEmpty()).isTrue();
                assertThat(batch.depth()).isZero();
                assertThat(e.offset()).isBetween(0, bytes.length);
            }
        }
    }
}
