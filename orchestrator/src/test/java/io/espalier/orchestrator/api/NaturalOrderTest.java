package io.espalier.orchestrator.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class NaturalOrderTest {

    @Test
    void numbersCompareByTheirValue() {
        assertThat(List.of("web10", "web2", "db1", "web", "web02", "web2-b", "web1").stream()
                        .sorted(NaturalOrder.INSTANCE))
                .containsExactly("db1", "web", "web1", "web02", "web2", "web2-b", "web10");
    }

    @Test
    void numbersTooLargeForALongAreStillOrdered() {
        assertThat(NaturalOrder.INSTANCE.compare("h99999999999999999999", "h100000000000000000000"))
                .isNegative();
    }

    @Test
    void onlyTheSameNameIsEqual() {
        assertThat(NaturalOrder.INSTANCE.compare("web01", "web1")).isNotZero();
        assertThat(NaturalOrder.INSTANCE.compare("web1", "web1")).isZero();
    }
}
