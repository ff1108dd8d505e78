package io.espalier.httpdns.answer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AnswerTest {
    private static Answer answer(Origin origin, String note) {
        return new Answer(new Question("x", 1, null), 2, List.of(), List.of(), null, 1, origin, note);
    }

    @ParameterizedTest
    @EnumSource(names = {"FAILURE", "STALE"})
    void anyoneLearnsThatUpstreamsFailedAndNotWhich(Origin origin) {
        assertThat(answer(origin, "192.0.2.53:53: timed out").publicNote())
                .contains("no upstream could answer")
                .doesNotContain("192.0.2.53");
    }

    @Test
    void otherNotesAreForAnyone() {
        assertThat(answer(Origin.LOCAL_ZONE, "left out as down: web1").publicNote())
                .isEqualTo("left out as down: web1");
    }
}
