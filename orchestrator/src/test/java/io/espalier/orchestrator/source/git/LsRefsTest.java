package io.espalier.orchestrator.source.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.eclipse.jgit.lib.Ref;
import org.junit.jupiter.api.Test;

class LsRefsTest {

    private static final String ID = "1f0c".repeat(10);

    @Test
    void requestAsksForThePrefixesOnly() {
        assertThat(new String(LsRefs.request(List.of("refs/heads/main")), StandardCharsets.US_ASCII))
                .isEqualTo(
                        "0014command=ls-refs\n0013agent=espalier\n00010009peel\n001fref-prefix refs/heads/main\n0000");
    }

    @Test
    void answerIsOneLineARef() throws Exception {
        List<Ref> refs =
                parse("003d" + ID + " refs/heads/main\n" + "006b" + ID + " refs/tags/v1 peeled:" + ID + "\n0000");
        assertThat(refs).extracting(Ref::getName).containsExactly("refs/heads/main", "refs/tags/v1");
        assertThat(refs.getFirst().getObjectId().name()).isEqualTo(ID);
        assertThat(parse("0000")).isEmpty();
    }

    @Test
    void anythingElseIsNotUnderstood() {
        for (String answer :
                List.of("", "zzzz", "0001", "0003", "0004", "<htm", "0008none", "0013ERR no such x\n0000")) {
            assertThatThrownBy(() -> parse(answer)).as(answer).isInstanceOf(LsRefs.NotUnderstood.class);
        }
        assertThatThrownBy(() -> parse("00ff" + ID)).isInstanceOf(EOFException.class);
    }

    @Test
    void answerWithoutEndIsBroken() {
        String line = "003d" + ID + " refs/heads/main\n";
        assertThatThrownBy(() -> parse(line.repeat(300_000))).hasMessageContaining("over 16 MB");
    }

    private static List<Ref> parse(String answer) throws IOException {
        return LsRefs.parse(new ByteArrayInputStream(answer.getBytes(StandardCharsets.US_ASCII)));
    }
}
