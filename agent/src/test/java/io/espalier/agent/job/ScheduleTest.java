package io.espalier.agent.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.espalier.protocol.release.Job;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** In Berlin, the clocks went from 2:00 to 3:00 on 28 March 2027 and from 3:00 to 2:00 on 31 October 2027, both at 1:00 UTC. */
class ScheduleTest {

    private static final String BERLIN = "Europe/Berlin";

    private static List<String> times(String cron, String zone, String from, String until) {
        Schedule schedule = Schedule.of(new Job.Timing.Cron(cron, zone), Duration.ZERO);
        var found = new ArrayList<String>();
        Instant at = Instant.parse(from);
        while (true) {
            Optional<Instant> next = schedule.next(at);
            if (next.isEmpty() || !next.get().isBefore(Instant.parse(until))) {
                return found;
            }
            at = next.get();
            found.add(at.atZone(ZoneId.of(zone)).toOffsetDateTime().toString());
        }
    }

    @Test
    void dailyTimeThatIsLeftOutIsMadeUpForAtTheChange() {
        assertThat(times("0 30 2 * * ?", BERLIN, "2027-03-26T12:00:00Z", "2027-03-30T12:00:00Z"))
                .containsExactly(
                        "2027-03-27T02:30+01:00",
                        "2027-03-28T03:00+02:00",
                        "2027-03-29T02:30+02:00",
                        "2027-03-30T02:30+02:00");
    }

    @Test
    void dailyTimeThatComesTwiceCountsTheFirstTime() {
        assertThat(times("0 30 2 * * ?", BERLIN, "2027-10-29T12:00:00Z", "2027-11-01T12:00:00Z"))
                .containsExactly("2027-10-30T02:30+02:00", "2027-10-31T02:30+02:00", "2027-11-01T02:30+01:00");
    }

    @Test
    void dailyTimeAtTheEdgesOfAChangeComesOnce() {
        assertThat(times("0 0 2,3 * * ?", BERLIN, "2027-03-27T12:00:00Z", "2027-03-28T12:00:00Z"))
                .containsExactly("2027-03-28T03:00+02:00");
        assertThat(times("0 0 2,3 * * ?", BERLIN, "2027-10-30T12:00:00Z", "2027-10-31T12:00:00Z"))
                .containsExactly("2027-10-31T02:00+02:00", "2027-10-31T03:00+01:00");
    }

    @Test
    void hourlyRunsFollowTheClocks() {
        assertThat(times("0 30 * * * ?", BERLIN, "2027-03-28T00:00:00Z", "2027-03-28T03:00:00Z"))
                .containsExactly("2027-03-28T01:30+01:00", "2027-03-28T03:30+02:00", "2027-03-28T04:30+02:00");
        assertThat(times("0 30 * * * ?", BERLIN, "2027-10-31T00:00:00Z", "2027-10-31T03:00:00Z"))
                .containsExactly("2027-10-31T02:30+02:00", "2027-10-31T02:30+01:00", "2027-10-31T03:30+01:00");
        assertThat(times("0 0 * * * ?", BERLIN, "2027-10-30T23:59:00Z", "2027-10-31T02:01:00Z"))
                .containsExactly("2027-10-31T02:00+02:00", "2027-10-31T02:00+01:00", "2027-10-31T03:00+01:00");
    }

    @Test
    void everyMinuteIsSixtyAnHourWhateverTheClocksDo() {
        assertThat(times("0 * * * * ?", BERLIN, "2027-03-27T23:59:59Z", "2027-03-28T05:00:00Z"))
                .hasSize(300);
        assertThat(times("0 * * * * ?", BERLIN, "2027-10-30T23:59:59Z", "2027-10-31T05:00:00Z"))
                .hasSize(300);
    }

    /** Every one of these names its hours, so that it is due on each day of the year, each time once a named hour. */
    @ParameterizedTest
    @ValueSource(
            strings = {"Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo", "Asia/Kolkata"})
    void dailyJobIsDueOnEachDayOfAYearAndOnlyForward(String zone) {
        for (String cron : List.of("0 0 0 * * ?", "0 30 1 * * ?", "0 30 2 * * ?", "0 59 23 * * ?")) {
            List<String> times = times(cron, zone, "2018-01-01T12:00:00Z", "2019-01-01T12:00:00Z");
            var days = new TreeSet<String>();
            times.forEach(time -> days.add(time.substring(0, 10)));
            assertThat(times).as(cron).hasSize(365);
            assertThat(days).as(cron).hasSize(365);
        }
    }

    @Test
    void quartzOwnFormsAreKnown() {
        assertThat(times("0 0 18 ? * FRI", "UTC", "2026-11-20T18:00:00Z", "2026-11-28T00:00:00Z"))
                .containsExactly("2026-11-27T18:00Z");
        assertThat(times("0 0 0 L * ?", "UTC", "2027-02-01T00:00:00Z", "2027-04-01T00:00:00Z"))
                .containsExactly("2027-02-28T00:00Z", "2027-03-31T00:00Z");
        assertThat(times("0 0 0 1 1 ? 2027", "UTC", "2026-11-20T18:00:00Z", "2090-11-28T00:00:00Z"))
                .containsExactly("2027-01-01T00:00Z");
    }

    @Test
    void fractionsOfSecondsDoNotMoveIt() {
        Schedule schedule = Schedule.of(new Job.Timing.Cron("0 0 12 * * ?", "UTC"), Duration.ZERO);
        assertThat(schedule.next(Instant.parse("2026-11-20T11:59:59.999Z")))
                .contains(Instant.parse("2026-11-20T12:00:00Z"));
        assertThat(schedule.next(Instant.parse("2026-11-20T12:00:00Z")))
                .contains(Instant.parse("2026-11-21T12:00:00Z"));
    }

    @Test
    void intervalsAreMultiplesSince1970MovedByThePhase() {
        Schedule plain = Schedule.of(new Job.Timing.Every(Duration.ofMinutes(10)), Duration.ZERO);
        assertThat(plain.next(Instant.parse("2026-11-20T12:03:00Z"))).contains(Instant.parse("2026-11-20T12:10:00Z"));
        assertThat(plain.next(Instant.parse("2026-11-20T12:10:00Z"))).contains(Instant.parse("2026-11-20T12:20:00Z"));
        Schedule moved = Schedule.of(new Job.Timing.Every(Duration.ofMinutes(10)), Duration.ofMinutes(4));
        assertThat(moved.next(Instant.parse("2026-11-20T12:03:00Z"))).contains(Instant.parse("2026-11-20T12:04:00Z"));
        assertThat(moved.next(Instant.parse("2026-11-20T12:04:00Z"))).contains(Instant.parse("2026-11-20T12:14:00Z"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0", "0 0 25 * * ?", "0 0 3 * *", "a b c d e f", "0 0 3 32 * ?", "0 0 3 1 1 MON"})
    void nonsenseIsRefusedAsOneKindOfError(String cron) {
        assertThatThrownBy(() -> Schedule.of(new Job.Timing.Cron(cron, "UTC"), Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void unknownZoneIsRefused() {
        assertThatThrownBy(() -> Schedule.of(new Job.Timing.Cron("0 0 3 * * ?", "Mars/Phobos"), Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
