package io.espalier.shell.line;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class WordsTest {
    @Test
    void blanksPartWords() {
        assertThat(Words.split("  host \t web1 ").words()).containsExactly("host", "web1");
        assertThat(Words.split("").words()).isEmpty();
    }

    @Test
    void quotesKeepBlanksAndEachOther() {
        assertThat(Words.split("a 'b \"c\" d' \"e 'f'\"").words()).containsExactly("a", "b \"c\" d", "e 'f'");
        assertThat(Words.split("--ref='a b'c").words()).containsExactly("--ref=a bc");
        assertThat(Words.split("'' \"\"").words()).containsExactly("", "");
    }

    @Test
    void backslashKeepsTheNextCharacterButNotInSingleQuotes() {
        assertThat(Words.split("a\\ b \\' \"\\\"\\n\" '\\'").words()).containsExactly("a b", "'", "\"\\n", "\\");
    }

    @Test
    void openQuoteIsTold() {
        assertThat(Words.split("a 'b").complete()).isFalse();
        assertThat(Words.split("a \"b\\\"").complete()).isFalse();
        assertThat(Words.split("a 'b'").complete()).isTrue();
    }
}
