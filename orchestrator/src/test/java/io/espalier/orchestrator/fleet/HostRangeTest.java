package io.espalier.orchestrator.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.HashSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostRangeTest {

    @Test
    void zerosStayInNamesAndGoInNumbers() {
        List<HostRange.Member> members = HostRange.expand("web[08-11]-a");

        assertThat(members.stream().map(HostRange.Member::name))
                .containsExactly("web08-a", "web09-a", "web10-a", "web11-a");
        assertThat(members.stream().map(member -> member.fill("10.0.3.{n}")))
                .containsExactly("10.0.3.8", "10.0.3.9", "10.0.3.10", "10.0.3.11");
    }

    @Test
    void listsAndRangesMix() {
        assertThat(HostRange.expand("db[1-3, 7,010]").stream().map(HostRange.Member::name))
                .containsExactly("db1", "db2", "db3", "db7", "db010");
    }

    @Test
    void plainNameIsItselfAndFillsNothing() {
        assertThat(HostRange.expand("web1")).hasSize(1).first().satisfies(member -> {
            assertThat(member.name()).isEqualTo("web1");
            assertThat(member.fill("{n}")).isEqualTo("{n}");
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "web[1-",
                "web]1[",
                "web[]",
                "web[1-2][3-4]",
                "web[a-b]",
                "web[2-1]",
                "web[1-20000]",
                "web[1-9999999]",
                "web[-1]"
            })
    void refusesWhatIsNoRange(String name) {
        assertThatIllegalArgumentException().isThrownBy(() -> HostRange.expand(name));
    }

    @Test
    void everyRangeHasAsManyDifferentHostsAsItCounts() {
        var random = new Random(7);
        for (int i = 0; i < 500; i++) {
            int first = random.nextInt(500);
            int last = first + random.nextInt(200);
            int width = 1 + random.nextInt(5);
            String name = "h[%s-%d]".formatted(("%0" + width + "d").formatted(first), last);

            List<HostRange.Member> members = HostRange.expand(name);

            assertThat(members).as(name).hasSize(last - first + 1);
            assertThat(new HashSet<>(members)).as(name).hasSameSizeAs(members);
            assertThat(members)
                    .as(name)
                    .allSatisfy(
                            member -> assertThat(Integer.parseInt(member.name().substring(1)))
                                    .isEqualTo(Integer.parseInt(member.fill("{n}"))));
        }
    }
}
