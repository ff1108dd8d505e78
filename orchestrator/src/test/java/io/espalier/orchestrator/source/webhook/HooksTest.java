package io.espalier.orchestrator.source.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.espalier.orchestrator.source.Databases;
import io.espalier.orchestrator.source.SettableClock;
import io.espalier.orchestrator.source.SourceName;
import io.espalier.orchestrator.source.webhook.Hooks.Answer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HooksTest {

    private static final SourceName TEMPLATES = new SourceName("templates");
    private static final String SECRET = "correct horse";

    private final Databases databases = databases();
    private final SettableClock clock = new SettableClock(Instant.parse("2026-04-01T12:00:00Z"));
    private final List<SourceName> woken = new ArrayList<>();
    private Deliveries deliveries = new Deliveries(databases.client(), clock);
    private Hooks hooks = new Hooks(Map.of(TEMPLATES, List.of(SECRET)), deliveries, woken::add, clock);

    Databases databases() {
        return new Databases();
    }

    @AfterEach
    void close() {
        deliveries.close();
        databases.close();
    }

    @Test
    void genuineHookWakesItsSource() {
        assertThat(take("templates", SECRET, "1")).isEqualTo(Answer.ACCEPTED);
        assertThat(woken).containsExactly(TEMPLATES);
    }

    @Test
    void unknownSourceAndWrongSecretAndNoSecretAnswerTheSame() {
        assertThat(take("templates", "wrong", "1")).isEqualTo(Answer.WRONG);
        assertThat(take("absent", "wrong", "2")).isEqualTo(Answer.WRONG);
        assertThat(take("absent", SECRET, "3")).isEqualTo(Answer.WRONG);
        assertThat(take("../x", SECRET, "4")).isEqualTo(Answer.WRONG);
        assertThat(hooks.take("templates", _ -> Optional.empty(), new byte[0])).isEqualTo(Answer.UNSIGNED);
        assertThat(hooks.take("absent", _ -> Optional.empty(), new byte[0])).isEqualTo(Answer.UNSIGNED);
        assertThat(woken).isEmpty();
    }

    @Test
    void replayedDeliveryDoesNothing() {
        take("templates", SECRET, "1");
        assertThat(take("templates", SECRET, "1")).isEqualTo(Answer.ACCEPTED);
        assertThat(woken).hasSize(1);
        take("templates", SECRET, "2");
        assertThat(woken).hasSize(2);
        clock.move(Duration.ofHours(25));
        take("templates", SECRET, "1");
        assertThat(woken).hasSize(3);
    }

    @Test
    void wrongSignatureDoesNotUseUpADelivery() {
        take("templates", "wrong", "1");
        take("templates", SECRET, "1");
        assertThat(woken).hasSize(1);
    }

    @Test
    void deliveriesAreRememberedBeyondARestart() {
        deliveries.start();
        take("templates", SECRET, "1");
        await(() -> rows() == 1);
        restart();
        take("templates", SECRET, "1");
        assertThat(woken).hasSize(1);
        clock.move(Duration.ofHours(25));
        take("templates", SECRET, "2");
        await(() -> rows() == 1);
        take("templates", SECRET, "1");
        assertThat(woken).hasSize(3);
    }

    @Test
    void memoryIsBounded() {
        for (int i = 0; i <= Deliveries.MAX; i++) {
            assertThat(deliveries.isNew(TEMPLATES, "delivery " + i)).isTrue();
        }
        assertThat(deliveries.isNew(TEMPLATES, "delivery " + Deliveries.MAX)).isFalse();
        assertThat(deliveries.isNew(TEMPLATES, "delivery 0")).isTrue();
    }

    @Test
    void hookWithoutANumberAlwaysWakes() {
        for (int i = 0; i < 2; i++) {
            hooks.take(
                    "templates",
                    name -> name.equals("X-Gitlab-Token") ? Optional.of(SECRET) : Optional.empty(),
                    new byte[0]);
        }
        assertThat(woken).hasSize(2);
    }

    @Test
    void shortOrTooManySecretsAreRefusedAtTheStart() {
        assertThatThrownBy(() -> new Hooks(Map.of(TEMPLATES, List.of("short")), deliveries, woken::add, clock))
                .hasMessageContaining("hooks.templates")
                .hasMessageNotContaining("short");
        List<String> three = List.of("secret-one", "secret-two", "secret-three");
        assertThatThrownBy(() -> new Hooks(Map.of(TEMPLATES, three), deliveries, woken::add, clock))
                .hasMessageContaining("one or two");
    }

    /** As the GitHub of old and the GitLab of today number and sign; the token stands for any signature. */
    private Answer take(String source, String secret, String delivery) {
        Map<String, String> headers = Map.of("X-Gitlab-Token", secret, "X-Gitlab-Event-UUID", delivery);
        return hooks.take(source, name -> Optional.ofNullable(headers.get(name)), new byte[] {'{', '}'});
    }

    private void restart() {
        deliveries.close();
        deliveries = new Deliveries(databases.client(), clock);
        deliveries.start();
        hooks = new Hooks(Map.of(TEMPLATES, List.of(SECRET)), deliveries, woken::add, clock);
    }

    private int rows() {
        return databases
                .client()
                .sql("select count(*) from webhook_delivery")
                .query(Integer.class)
                .single();
    }

    private static void await(BooleanSupplier condition) {
        Instant deadline = Instant.now().plusSeconds(30);
        while (!condition.getAsBoolean()) {
            assertThat(Instant.now()).as("within 30 s").isBefore(deadline);
            Thread.onSpinWait();
        }
    }
}
