package io.espalier.httpdns.resolve;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.httpdns.answer.Question;
import io.espalier.httpdns.answer.Subnet;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HealthTest {
    private static final long MILLI = 1_000_000L;
    private static final long SECOND = 1_000 * MILLI;
    private final Health health = new Health();

    @Test
    void threeFaultsInARowTakeItDownAndOneAnswerBringsItBack() {
        health.fault(MILLI, 1);
        health.fault(MILLI, 2);
        health.answered(MILLI, 3);
        assertThat(health.fault(MILLI, 4)).isFalse();
        assertThat(health.fault(MILLI, 5)).isFalse();
        assertThat(health.isDown()).isFalse();
        assertThat(health.fault(MILLI, 6)).isTrue();
        assertThat(health.fault(MILLI, 7)).as("told once").isFalse();
        assertThat(health.isDown()).isTrue();
        health.answered(MILLI, 8);
        assertThat(health.isDown()).isFalse();
    }

    @Test
    void patienceIsThreeUsualTimesWithinBounds() {
        assertThat(health.patience()).isEqualTo(100 * MILLI);
        health.answered(MILLI, 1);
        assertThat(health.patience()).isEqualTo(20 * MILLI);
        var slow = new Health();
        slow.answered(50 * MILLI, 1);
        assertThat(slow.patience()).isEqualTo(150 * MILLI);
        slow.outrun(2 * SECOND, 2);
        assertThat(slow.patience()).isEqualTo(300 * MILLI);
    }

    @Test
    void slowOneGetsItsNextChanceAfterAWhile() {
        health.answered(400 * MILLI, 1);
        assertThat(health.score(1)).isEqualTo(400 * MILLI);
        assertThat(health.score(1 + 30 * SECOND)).isEqualTo(200 * MILLI);
        assertThat(health.score(1 + 300 * SECOND)).isLessThan(MILLI);
    }

    @Test
    void mixedSpellingIsGivenUpAfterThreeTimesInARow() {
        health.respelt();
        health.respelt();
        health.keptSpelling();
        assertThat(health.respelt()).isFalse();
        assertThat(health.respelt()).isFalse();
        assertThat(health.mixesSpelling()).isTrue();
        assertThat(health.respelt()).isTrue();
        assertThat(health.mixesSpelling()).isFalse();
    }

    @Test
    void extrasAreATenthOfTheOrdinary() {
        var allowance = new Allowance(0.1, 2);
        assertThat(List.of(allowance.spend(), allowance.spend(), allowance.spend()))
                .containsExactly(true, true, false);
        for (var i = 0; i < 11; i++) {
            allowance.earn();
        }
        assertThat(allowance.spend()).isTrue();
        assertThat(allowance.spend()).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "www.cdn.example,203.0.113.77,32,203.0.113.0/24",
                "cdn.example,203.0.113.77,16,203.0.0.0/16",
                "xcdn.example,203.0.113.77,32,-",
                "www.cdn.example,203.0.113.77,0,-",
                "www.cdn.example,10.0.0.1,32,-",
                "www.cdn.example,127.0.0.1,32,-",
                "www.cdn.example,fd00::1,128,-",
                "www.cdn.example,2001:db8:1:2:3::1,128,2001:db8:1::/56"
            })
    void networkIsToldForListedNamesAndNoCloserThanAllowed(String name, String address, int prefix, String told)
            throws UnknownHostException {
        var client = new Subnet(InetAddress.getByName(address), prefix);
        var networks = new ClientNetworks(List.of("cdn.example"), 24, 56);
        assertThat(networks.toTell(new Question(name, 1, client))).isEqualTo(told == null ? null : subnet(told));
        assertThat(ClientNetworks.UNTOLD.toTell(new Question(name, 1, client))).isNull();
    }

    private static Subnet subnet(String text) throws UnknownHostException {
        var parts = text.split("/", 2);
        return new Subnet(InetAddress.getByName(parts[0]), Integer.parseInt(parts[1]));
    }
}
