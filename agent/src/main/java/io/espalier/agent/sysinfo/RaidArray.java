package io.espalier.agent.sysinfo;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One array of {@code /proc/mdstat} (md(4)).
 *
 * @param state {@code active}, {@code inactive}, with {@code (read-only)} and the like behind it where it is so
 * @param level such as {@code raid1}; empty while it is inactive
 * @param wanted how many members it should have; 0 where the kernel does not say
 * @param working how many of them it has
 * @param failed members that are marked as failed
 * @param doing {@code recovery}, {@code resync}, {@code reshape} or {@code check} and its percents
 */
record RaidArray(
        String name, String state, String level, long wanted, long working, int failed, Optional<Progress> doing) {

    /**
     * Work on an array.
     *
     * @param percent that is done; 0 while it waits for its turn
     */
    record Progress(String what, double percent) {}

    private static final int MAX_ARRAYS = 64;
    private static final Pattern HEAD =
            Pattern.compile("(md[\\w/-]{1,64}) : (active|inactive)((?: \\([a-z-]+\\))*)(.*)");
    private static final Pattern LEVEL = Pattern.compile(" (raid\\d{1,2}|linear|multipath|faulty|container)(?: |$)");
    private static final Pattern MEMBERS = Pattern.compile("\\[(\\d{1,5})/(\\d{1,5})]");
    private static final Pattern DOING = Pattern.compile(
            "(recovery|resync|reshape|check|repair)\\s*=\\s*(?:(\\d{1,3}(?:\\.\\d{1,3})?)%|(?:DELAYED|PENDING|REMOTE))");

    static List<RaidArray> parse(String mdstat) {
        var arrays = new ArrayList<RaidArray>();
        for (String line : Lines.of(mdstat).limit(2_000).toList()) {
            Matcher head = HEAD.matcher(line);
            if (head.matches() && arrays.size() < MAX_ARRAYS) {
                arrays.add(begin(head));
            } else if (!arrays.isEmpty() && line.startsWith(" ")) {
                arrays.add(arrays.removeLast().with(line));
            }
        }
        return arrays;
    }

    private static RaidArray begin(Matcher head) {
        Matcher level = LEVEL.matcher(head.group(4));
        String members = head.group(4);
        return new RaidArray(
                head.group(1),
                head.group(2) + head.group(3),
                level.find() ? level.group(1) : "",
                0,
                0,
                (int) Pattern.compile("\\(F\\)").matcher(members).results().count(),
                Optional.empty());
    }

    private RaidArray with(String line) {
        Matcher members = MEMBERS.matcher(line);
        Matcher work = DOING.matcher(line);
        boolean counts = wanted == 0 && members.find();
        Optional<Progress> progress = work.find()
                ? Optional.of(
                        new Progress(work.group(1), work.group(2) == null ? 0 : Double.parseDouble(work.group(2))))
                : doing;
        return new RaidArray(
                name,
                state,
                level,
                counts ? Long.parseLong(members.group(1)) : wanted,
                counts ? Long.parseLong(members.group(2)) : working,
                failed,
                progress);
    }

    boolean isDegraded() {
        return working < wanted || failed > 0 || state.startsWith("inactive");
    }
}
