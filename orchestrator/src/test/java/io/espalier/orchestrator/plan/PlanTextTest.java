package io.espalier.orchestrator.plan;

import static io.espalier.orchestrator.plan.Samples.file;
import static io.espalier.orchestrator.plan.Samples.held;
import static io.espalier.orchestrator.plan.Samples.observed;
import static io.espalier.orchestrator.plan.Samples.release;
import static io.espalier.orchestrator.plan.Samples.unit;
import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.orchestrator.host.LinkException;
import io.espalier.protocol.Digest;
import io.espalier.protocol.HostName;
import io.espalier.protocol.Reason;
import io.espalier.protocol.ReleaseId;
import io.espalier.protocol.release.Release;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PlanTextTest {

    private final Map<Digest, byte[]> stored = new HashMap<>();
    private final Map<ReleaseId, Release> releases = new HashMap<>();
    private final Map<String, String> live = new HashMap<>();

    private final Diffs diffs = new Diffs(
            digest -> Optional.ofNullable(stored.get(digest)),
            (host, path) -> {
                String content = live.get(path);
                if (content == null) {
                    throw new LinkException(Reason.UNREACHABLE, "gone");
                }
                return content.getBytes(StandardCharsets.UTF_8);
            },
            id -> Optional.ofNullable(releases.get(id)));

    private String store(String content) {
        byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
        stored.put(Digest.of(bytes), bytes);
        return content;
    }

    private HostPlan plan(HostName host, String before, String after, boolean secret) {
        Release old = release(host, unit("base", true, List.of(), file("/etc/motd", before, 0644, secret)));
        Release wanted = release(host, unit("base", true, List.of(), file("/etc/motd", after, 0644, false)));
        releases.put(old.id(), old);
        return Planner.plan(wanted, observed(Optional.of(old.id()), held("/etc/motd", before)), Optional.of(old));
    }

    private List<String> text(Plan plan) {
        var lines = new ArrayList<String>();
        new PlanText(diffs).write(plan, lines::add);
        return lines;
    }

    private static Plan planOf(List<HostPlan> hosts) {
        var byName = new TreeMap<HostName, HostPlan>();
        var wanted = new TreeMap<HostName, Release>();
        hosts.forEach(host -> {
            byName.put(host.host(), host);
            wanted.put(host.host(), release(host.host()));
        });
        return new Plan(Samples.set(wanted), byName, new TreeMap<>());
    }

    private ShownChange only(HostPlan plan) {
        return diffs.show(plan, Samples.host(plan.host(), "web")).getFirst();
    }

    @Test
    void sameChangeIsShownOnceForAllItsHosts() {
        store("hello\n");
        store("hi\n");
        List<HostPlan> hosts = IntStream.rangeClosed(1, 300)
                .mapToObj(i -> plan(new HostName("web" + i), "hello\n", "hi\n", false))
                .collect(Collectors.toCollection(ArrayList::new));
        hosts.add(plan(new HostName("odd"), "other\n", "hi\n", false));
        Plan plan = planOf(hosts);

        assertThat(ChangeGroup.of(plan))
                .extracting(group -> group.hosts().size())
                .containsExactly(300, 1);
        assertThat(text(plan).subList(0, 9))
                .containsExactly(
                        "plan " + plan.digest().abbreviated() + " for 4f5c1a2b: 301 hosts change, 0 in sync",
                        "300 hosts: web1 web10 web100 web101 web102 web103 web104 web105 ... web99",
                        "  ~ /etc/motd (base)",
                        "      --- /etc/motd",
                        "      +++ /etc/motd",
                        "      @@ -1,1 +1,1 @@",
                        "      -hello",
                        "      +hi",
                        "  reload: base");
    }

    @Test
    void secretIsNeverShownAlsoWhereOnlyTheOldOneWas() {
        store("old password\n");
        store("new password\n");
        HostPlan wasSecret = plan(Samples.WEB1, "old password\n", "new password\n", true);
        assertThat(only(wasSecret).note()).isEqualTo("(secret changed)");
        assertThat(only(wasSecret).diff()).isEmpty();

        Release wanted = release(unit("base", true, List.of(), file("/key", "new password\n", 0600, true)));
        assertThat(only(Planner.plan(wanted, observed(Optional.empty()), Optional.empty())))
                .isEqualTo(new ShownChange(ShownChange.Action.CREATE, "/key", "base", Optional.empty(), "(secret)"));
    }

    @Test
    void binaryIsNamedNotShown() {
        store("a\0b");
        store("text");
        assertThat(only(plan(Samples.WEB1, "a\0b", "text", false)).note()).isEqualTo("(binary)");
    }

    @Test
    void driftedFileIsReadFromTheHost() {
        store("wanted\n");
        live.put("/etc/motd", "edited by hand\n");
        Release wanted = release(unit("base", true, List.of(), file("/etc/motd", "wanted\n")));
        HostPlan plan = Planner.plan(
                wanted, observed(Optional.of(wanted.id()), held("/etc/motd", "edited by hand\n")), Optional.of(wanted));
        assertThat(only(plan).diff().orElseThrow()).contains("-edited by hand", "+wanted");

        live.clear();
        assertThat(only(plan).note()).contains("not there to compare");
    }

    @Test
    void changedModeIsToldBesideTheDiff() {
        store("a\n");
        store("b\n");
        Release wanted = release(unit("base", true, List.of(), file("/a", "b\n", 0600, false)));
        HostPlan plan =
                Planner.plan(wanted, observed(Optional.empty(), held("/a", "a\n", 0644, "eve")), Optional.empty());
        assertThat(only(plan).note()).isEqualTo("0644 to 0600, owner eve to root");
        assertThat(only(plan).diff()).isPresent();
    }

    @Test
    void longDiffIsCutAndHugeFilesAreNotCompared() {
        String many = IntStream.range(0, 1000).mapToObj(i -> "line " + i + "\n").collect(Collectors.joining());
        store("");
        store(many);
        String diff = only(plan(Samples.WEB1, "", many, false)).diff().orElseThrow();
        assertThat(diff.lines()).hasSize(Diffs.MAX_LINES);
        assertThat(diff).endsWith("... 804 more lines");

        String huge = "x\n".repeat(200_000);
        store(huge);
        store(huge + "y\n");
        assertThat(only(plan(Samples.WEB1, huge, huge + "y\n", false)).note()).contains("too long to compare");
    }

    @Test
    void controlCharactersDoNotReachATerminal() {
        store("a\n");
        store("\u001b[2Jgone\u202e\n");
        String diff = only(plan(Samples.WEB1, "a\n", "\u001b[2Jgone\u202e\n", false))
                .diff()
                .orElseThrow();
        assertThat(diff).contains("\\x1b[2Jgone\\x202e").doesNotContain("\u001b");
    }
}
