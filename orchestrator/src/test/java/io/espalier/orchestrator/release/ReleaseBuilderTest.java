package io.espalier.orchestrator.release;

import static io.espalier.orchestrator.fleet.Fleets.threeHosts;
import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.orchestrator.fleet.Problem;
import io.espalier.orchestrator.render.RenderedFile.Origin;
import io.espalier.orchestrator.render.Renderer;
import io.espalier.orchestrator.render.Rendering;
import io.espalier.orchestrator.source.Snapshot;
import io.espalier.orchestrator.source.SourceException;
import io.espalier.orchestrator.source.SourceName;
import io.espalier.orchestrator.source.TextSnapshot;
import io.espalier.protocol.HostName;
import io.espalier.protocol.Reason;
import io.espalier.protocol.release.FileEntry;
import io.espalier.protocol.release.Release;
import io.espalier.protocol.wire.Facts;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReleaseBuilderTest {

    private static final HostName WEB1 = new HostName("web1");
    private static final HostName DB1 = new HostName("db1");
    private static final Snapshots NO_OTHERS = (name, spec) -> Optional.empty();
    private static final String WITH_TEMPLATES = """
            fleet: shop
            sources: { templates: { git: templates } }
            tiers: [ web, db ]
            """;

    @TempDir
    Path data;

    private Renderer renderer;
    private ObjectStore objects;
    private Provenances provenances;
    private ReleaseBuilder builder;

    @BeforeEach
    void open() {
        renderer = new Renderer();
        objects = new ObjectStore(data.resolve("objects"));
        provenances = new Provenances(data.resolve("provenance"));
        builder = new ReleaseBuilder(renderer, objects, provenances);
    }

    @AfterEach
    void close() {
        renderer.close();
    }

    private static TextSnapshot twoUnits(String text) {
        return threeHosts()
                .with("units/web.yaml", "unit: web\nfiles:\n  - { to: /etc/web, template: web.ftl }\n")
                .with("templates/motd.ftl", text + "\n")
                .with("templates/web.ftl", text + "\n");
    }

    @Test
    void partlyBuiltReleasesAreStoredAndKnowWhereEachUnitCameFrom() {
        TextSnapshot first = twoUnits("one");
        TextSnapshot second = twoUnits("two");
        ReleaseSet one = ready(builder.build(first, NO_OTHERS, Map.of()));
        ReleaseSet two = ready(builder.build(second, NO_OTHERS, Map.of()));

        PartialBuild partly =
                builder.partly(two, Map.of(WEB1, one.releases().get(WEB1)), Set.of("web"), Map.of(WEB1, one.key()));

        assertThat(partly.isSound()).isTrue();
        assertThat(partly.problems()).allMatch(problem -> problem.message().contains("holds no release yet"));
        ReleaseSet set = partly.releases();
        assertThat(set.releases()).containsOnlyKeys(WEB1);
        assertThat(set.key()).isNotIn(one.key(), two.key());
        Release release = set.releases().get(WEB1);
        assertThat(objects.read(release.id().digest())).contains(release.encode());
        assertThat(revision(provenances, set, "web"))
                .contains(second.commit().revision().id());
        assertThat(revision(provenances, set, "base"))
                .contains(first.commit().revision().id());

        ReleaseSet again = builder.partly(two, Map.of(WEB1, release), Set.of("base"), Map.of(WEB1, set.key()))
                .releases();
        assertThat(again.releases().get(WEB1)).isEqualTo(two.releases().get(WEB1));
        assertThat(revision(provenances, again, "web"))
                .contains(second.commit().revision().id());
        assertThat(new Provenances(data.resolve("provenance")).of(again.key(), DB1, "web"))
                .isEmpty();
    }

    private static Optional<String> revision(Provenances provenances, ReleaseSet set, String unit) {
        return provenances
                .of(set.key(), WEB1, unit)
                .map(known -> known.sources().get("shop"));
    }

    @Test
    void everyHostGetsItsReleaseAndItsBlobsAreKept() {
        ReleaseSet set = ready(builder.build(threeHosts(), NO_OTHERS, Map.of()));

        assertThat(set.releases().keySet().stream().map(HostName::value)).containsExactly("db1", "web1", "web2");
        FileEntry motd = set.releases().get(WEB1).files().findFirst().orElseThrow();
        assertThat(motd.path()).isEqualTo("/etc/motd");
        assertThat(objects.read(motd.content())).hasValue("I am web1\n".getBytes(StandardCharsets.UTF_8));
        assertThat(motd.size()).isEqualTo(10);
        assertThat(set.fleetCommit()).isEqualTo(threeHosts().commit());
        assertThat(set.sources()).containsOnlyKeys(new SourceName("shop"));
    }

    @Test
    void releaseItselfIsAnObjectUnderItsId() {
        Release release = ready(builder.build(threeHosts(), NO_OTHERS, Map.of()))
                .releases()
                .get(WEB1);

        assertThat(objects.read(release.id().digest()).map(Release::decode)).contains(release);
    }

    @Test
    void sameInputGivesTheSameReleases() {
        ReleaseSet first = ready(builder.build(threeHosts(), NO_OTHERS, Map.of()));
        try (var another = new Renderer()) {
            var again = new ReleaseBuilder(another, new ObjectStore(data.resolve("other")), provenances);

            assertThat(ready(again.build(threeHosts(), NO_OTHERS, Map.of()))).isEqualTo(first);
        }
    }

    @Test
    void factsOfAHostReachItsTemplatesOnly() {
        var source = threeHosts().with("templates/motd.ftl", "${facts.cpus}");
        var facts = new Facts("w", 8, 0, "", "", "", List.of());

        ReleaseSet set = ready(builder.build(source, NO_OTHERS, Map.of(WEB1, facts)));

        assertThat(text(set.releases().get(WEB1))).isEqualTo("8");
        assertThat(text(set.releases().get(DB1))).isEqualTo("0");
    }

    @Test
    void hostsOfATierWithoutAgentsAreCheckedButGetNoRelease() {
        var source = threeHosts().with("fleet.yaml", "fleet: shop\ntiers: [ web, { db: { push: false } } ]\n");

        assertThat(ready(builder.build(source, NO_OTHERS, Map.of())).releases().keySet())
                .doesNotContain(DB1);
        assertThat(refused(builder.build(
                        source.with("templates/motd.ftl", "<#if host.tier == 'db'>${vars.absent}</#if>"),
                        NO_OTHERS,
                        Map.of())))
                .containsExactly("templates/motd.ftl:1:26 db1: variable 'vars.absent' is not set");
    }

    @Test
    void sameProblemOfManyHostsIsToldOnce() {
        var source = threeHosts()
                .with("hosts/many.yaml", "edge[1-400]: { tier: web }\n")
                .with("templates/motd.ftl", "${vars.absent}<#if host.tier == 'db'>${vars.other}</#if>");

        assertThat(refused(builder.build(source, NO_OTHERS, Map.of())))
                .containsExactly("templates/motd.ftl:1:3 db1 and 402 more hosts: variable 'vars.absent' is not set");
        assertThat(refused(builder.build(
                        threeHosts().with("templates/motd.ftl", "<#if host.tier == 'web'>${vars.x}</#if>"),
                        NO_OTHERS,
                        Map.of())))
                .containsExactly("templates/motd.ftl:1:27 web1 and web2: variable 'vars.x' is not set");
    }

    @Test
    void brokenFleetIsRefusedWithAllItsProblems() {
        var source = threeHosts().with("hosts.yaml", "web1: { tier: wbe }\n");

        assertThat(refused(builder.build(source, NO_OTHERS, Map.of())))
                .containsExactly("hosts.yaml:1:15 web1: unknown tier 'wbe' (did you mean 'web'?)");
    }

    @Test
    void warningsComeAlong() {
        var source = threeHosts().with("units/spare.yaml", "unit: spare\non: { tag: absent }\n");

        assertThat(ready(builder.build(source, NO_OTHERS, Map.of())).warnings().stream()
                        .map(Problem::toString))
                .containsExactly(
                        "units/spare.yaml:1:1 spare: no host matches this unit",
                        "units/spare.yaml:2:12 spare: no host has the tag 'absent'");
    }

    @Test
    void templateSourceGoesIntoTheSet() {
        var templates = TextSnapshot.of("templates").with("motd.ftl", "from the source");
        var source = threeHosts().with("fleet.yaml", WITH_TEMPLATES);

        ReleaseSet set = ready(builder.build(source, only(templates), Map.of()));

        assertThat(text(set.releases().get(WEB1))).isEqualTo("from the source");
        assertThat(set.sources())
                .isEqualTo(Map.of(
                        new SourceName("shop"), source.commit(), new SourceName("templates"), templates.commit()));
    }

    @Test
    void templateSourceThatIsNotThereIsAProblem() {
        var source = threeHosts().with("fleet.yaml", WITH_TEMPLATES);

        assertThat(refused(builder.build(source, NO_OTHERS, Map.of())))
                .containsExactly("fleet.yaml source 'templates': has not been fetched yet");
        assertThat(refused(builder.build(
                        source,
                        (name, spec) -> {
                            throw new SourceException(Reason.FETCH_FAILED, "no route to git.example.net");
                        },
                        Map.of())))
                .containsExactly("fleet.yaml source 'templates': no route to git.example.net");
    }

    @Test
    void provenanceTellsSourceAndTemplateAlsoAfterARestart() {
        var templates = TextSnapshot.of("templates").with("motd.ftl", "x");
        var source = threeHosts().with("fleet.yaml", WITH_TEMPLATES);
        ReleaseSet set = ready(builder.build(source, only(templates), Map.of()));

        var restarted = new Provenances(data.resolve("provenance"));

        assertThat(restarted.of(set.key(), WEB1)).hasValueSatisfying(provenance -> {
            assertThat(provenance.files()).isEqualTo(Map.of("/etc/motd", new Origin("templates", "motd.ftl")));
            assertThat(provenance.sources())
                    .containsEntry("templates", templates.commit().revision().id())
                    .containsEntry("shop", source.commit().revision().id());
        });
        assertThat(restarted.of(set.key(), new HostName("absent"))).isEmpty();
        assertThat(restarted.of(io.espalier.protocol.Digest.of(new byte[0]), WEB1))
                .isEmpty();
    }

    @Test
    void oneHostIsRenderedWithoutTheOthers() {
        var source = threeHosts().with("templates/motd.ftl", "${vars.who}").with("vars/host/web1.yaml", "who: me\n");

        assertThat(builder.render(source, NO_OTHERS, WEB1, Optional.empty(), Map.of()))
                .isInstanceOf(Rendering.Done.class);
        assertThat(builder.render(source, NO_OTHERS, WEB1, Optional.of("base"), Map.of()))
                .isInstanceOf(Rendering.Done.class);
        assertThat(builder.render(source, NO_OTHERS, DB1, Optional.empty(), Map.of()))
                .isInstanceOf(Rendering.Failed.class);
        assertThat(builder.render(source, NO_OTHERS, new HostName("absent"), Optional.empty(), Map.of()))
                .isInstanceOf(Rendering.Failed.class);
    }

    private static Snapshots only(Snapshot templates) {
        return (name, spec) -> Optional.of(templates);
    }

    private static ReleaseSet ready(Built built) {
        assertThat(built).isInstanceOf(Built.Ready.class);
        return ((Built.Ready) built).releases();
    }

    private static List<String> refused(Built built) {
        assertThat(built).isInstanceOf(Built.Refused.class);
        return ((Built.Refused) built)
                .problems().stream().map(Problem::toString).toList();
    }

    private String text(Release release) {
        FileEntry only = release.files().findFirst().orElseThrow();
        return new String(objects.read(only.content()).orElseThrow(), StandardCharsets.UTF_8);
    }
}
