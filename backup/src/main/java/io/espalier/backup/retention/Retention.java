package io.espalier.backup.retention;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.IsoFields;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Which snapshots stay. Only good ones count for a rule, so that bad ones never push good ones out; the newest good one of
 * a series always stays. Days begin at midnight UTC.
 */
public final class Retention {

    /** Clocks differ; one that is further ahead is not believed. */
    private static final Duration AHEAD = Duration.ofDays(1);

    private Retention() {}

    /** One decision for each candidate: series by name, newest first. */
    public static List<Decision> decide(List<Candidate> candidates, Keep keep, Instant now) {
        Map<String, List<Candidate>> series = new TreeMap<>();
        for (Candidate candidate : candidates) {
            series.computeIfAbsent(candidate.series(), name -> new ArrayList<>())
                    .add(candidate);
        }
        var decisions = new ArrayList<Decision>();
        for (List<Candidate> members : series.values()) {
            members.sort(Comparator.comparing(Candidate::at)
                    .thenComparing(Candidate::id)
                    .reversed());
            decisions.addAll(decideSeries(members, keep, now));
        }
        return decisions;
    }

    private static List<Decision> decideSeries(List<Candidate> newestFirst, Keep keep, Instant now) {
        Map<Candidate, String> reasons = new LinkedHashMap<>();
        List<Candidate> believed = newestFirst.stream()
                .filter(candidate -> !candidate.at().isAfter(now.plus(AHEAD)))
                .toList();
        List<Candidate> good = believed.stream().filter(Candidate::isGood).toList();
        if (!good.isEmpty()) {
            reasons.put(good.getFirst(), "last good one");
        }
        good.stream()
                .limit(keep.last())
                .forEach(candidate -> reasons.putIfAbsent(candidate, "one of the last " + keep.last()));
        each(good, keep.daily(), "daily", day -> day.toString(), reasons);
        each(good, keep.weekly(), "weekly", Retention::week, reasons);
        each(good, keep.monthly(), "monthly", day -> day.toString().substring(0, 7), reasons);
        var decisions = new ArrayList<Decision>();
        for (Candidate candidate : newestFirst) {
            String reason = reasons.get(candidate);
            if (keep.isEverything()) {
                decisions.add(new Decision(candidate, true, "no rule"));
            } else if (candidate.at().isAfter(now.plus(AHEAD))) {
                decisions.add(new Decision(candidate, true, "dated in the future: a clock is wrong"));
            } else if (reason != null) {
                decisions.add(new Decision(candidate, true, reason));
            } else if (!keep.within().isZero() && !candidate.at().isBefore(now.minus(keep.within()))) {
                decisions.add(new Decision(candidate, true, "within " + keep.within()));
            } else if (!candidate.isGood()
                    && (good.isEmpty() || candidate.at().isAfter(good.getFirst().at()))) {
                decisions.add(new Decision(candidate, true, "not good, but nothing good is newer"));
            } else {
                decisions.add(new Decision(
                        candidate,
                        false,
                        candidate.isGood() ? "no rule keeps it" : "not good, and a good one is newer"));
            }
        }
        return decisions;
    }

    private static void each(
            List<Candidate> newestFirst,
            int most,
            String rule,
            Function<LocalDate, String> period,
            Map<Candidate, String> reasons) {
        Set<String> seen = new HashSet<>();
        for (Candidate candidate : newestFirst) {
            if (seen.size() == most) {
                return;
            }
            String name = period.apply(candidate.at().atZone(ZoneOffset.UTC).toLocalDate());
            if (seen.add(name)) {
                reasons.putIfAbsent(candidate, rule + " " + name);
            }
        }
    }

    private static String week(LocalDate day) {
        return "%d-W%02d".formatted(day.get(IsoFields.WEEK_BASED_YEAR), day.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR));
    }
}
