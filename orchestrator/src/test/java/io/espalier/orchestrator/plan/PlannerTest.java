package io.espalier.orchestrator.plan;

import static io.espalier.orchestrator.plan.Samples.file;
import static io.espalier.orchestrator.plan.Samples.folder;
import static io.espalier.orchestrator.plan.Samples.held;
import static io.espalier.orchestrator.plan.Samples.link;
import static io.espalier.orchestrator.plan.Samples.observed;
import static io.espalier.orchestrator.plan.Samples.release;
import static io.espalier.orchestrator.plan.Samples.unit;
import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.protocol.release.FileEntry;
import io.espalier.protocol.release.Release;
import io.espalier.protocol.wire.Message;
import io.espalier.protocol.wire.ObservedFile;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PlannerTest {

    private static List<String> changes(HostPlan plan) {
        return plan.changes().stream()
                .map(change -> change.getClass().getSimpleName() + " " + change.path() + " " + change.unit())
                .toList();
    }

    private static Message.Observed holding(Release release, ObservedFile... files) {
        return observed(Optional.of(release.id()), files);
    }

    @Test
    void bareHostGetsEverything() {
        Release wanted =
                release(unit("b", true, List.of(), file("/b", "1")), unit("a", true, List.of(), file("/a", "1")));

        HostPlan plan = Planner.plan(wanted, observed(Optional.empty()), Optional.empty());

        assertThat(changes(plan)).containsExactly("Create /a a", "Create /b b");
        assertThat(plan.reloads()).containsExactly("b", "a"); // in the order of the release
        assertThat(plan.from()).isEmpty();
        assertThat(plan.to()).isEqualTo(wanted.id());
        assertThat(plan.isInSync()).isFalse();
    }

    @Test
    void hostThatHoldsItAllIsInSync() {
        Release wanted = release(unit("a", true, List.of(), file("/a", "1")));
        HostPlan plan = Planner.plan(wanted, holding(wanted, held("/a", "1")), Optional.of(wanted));
        assertThat(plan.isInSync()).isTrue();
        assertThat(plan.reloads()).isEmpty();
    }

    @Test
    void newRulesOverTheSameFilesAreNotInSyncAndReloadNothing() {
        Release before = release(unit("a", false, List.of(), file("/a", "1")));
        Release wanted = release(unit("a", true, List.of(), file("/a", "1")));
        HostPlan plan = Planner.plan(wanted, holding(before, held("/a", "1")), Optional.of(before));
        assertThat(plan.changes()).isEmpty();
        assertThat(plan.reloads()).isEmpty();
        assertThat(plan.isInSync()).isFalse();
    }

    @Test
    void otherBytesAreAnUpdateAndOtherModeOrOwnerAttributes() {
        FileEntry mode = file("/mode", "same", 0600, false);
        Release wanted = release(unit("a", true, List.of(), file("/bytes", "new"), mode, file("/owner", "same")));

        HostPlan plan = Planner.plan(
                wanted,
                holding(
                        wanted,
                        held("/bytes", "old", 0600, "eve"),
                        held("/mode", "same"),
                        held("/owner", "same", 0644, "eve")),
                Optional.of(wanted));

        assertThat(changes(plan)).containsExactly("Update /bytes a", "Attributes /mode a", "Attributes /owner a");
    }

    @Test
    void emptyOwnerMeansWhoeverTheAgentIs() {
        var own = new FileEntry("/a", Samples.digest("1"), 1, 0644, "", "", false);
        Release wanted = release(unit("a", true, List.of(), own));
        assertThat(Planner.plan(wanted, holding(wanted, held("/a", "1", 0644, "demo")), Optional.of(wanted))
                        .isInSync())
                .isTrue();
    }

    @Test
    void linkInPlaceOfAFileIsAnUpdate() {
        Release wanted = release(unit("a", true, List.of(), file("/a", "1")));
        assertThat(changes(Planner.plan(wanted, holding(wanted, link("/a")), Optional.of(wanted))))
                .containsExactly("Update /a a");
    }

    @Test
    void whatTheNewReleaseHasNoMoreIsRemovedLast() {
        Release before = release(unit("a", true, List.of(), file("/a", "1"), file("/z", "1")));
        Release wanted = release(unit("a", true, List.of(), file("/zz", "1")));

        HostPlan plan = Planner.plan(wanted, holding(before, held("/a", "1"), held("/z", "1")), Optional.of(before));

        assertThat(changes(plan)).containsExactly("Create /zz a", "Remove /a a", "Remove /z a");
        assertThat(plan.reloads()).containsExactly("a");
    }

    @Test
    void removedUnitIsNamedByThePreviousReleaseAndReloadsNothing() {
        Release before = release(unit("old", true, List.of(), file("/old", "1")));
        Release wanted = release(unit("new", false, List.of(), file("/new", "1")));
        HostPlan plan = Planner.plan(wanted, holding(before, held("/old", "1")), Optional.of(before));
        assertThat(changes(plan)).containsExactly("Create /new new", "Remove /old old");
        assertThat(plan.reloads()).isEmpty();
    }

    @Test
    void fileThatMovesToAnotherUnitIsNotTouched() {
        Release before = release(unit("one", true, List.of(), file("/a", "1")));
        Release wanted = release(unit("two", true, List.of(), file("/a", "1")));
        HostPlan plan = Planner.plan(wanted, holding(before, held("/a", "1")), Optional.of(before));
        assertThat(plan.changes()).isEmpty();
    }

    @Test
    void strangersInAPurgedFolderAreRemovedByTheUnitThatPurges() {
        Release wanted = release(
                unit("other", true, List.of(), file("/x", "1")),
                unit("conf", true, List.of("/etc/conf.d/"), file("/etc/conf.d/a", "1")));

        HostPlan plan = Planner.plan(
                wanted,
                holding(
                        wanted,
                        held("/etc/conf.d/a", "1"),
                        held("/etc/conf.d/stranger", "1"),
                        link("/etc/conf.d/link"),
                        folder("/etc/conf.d/sub"),
                        held("/x", "1")),
                Optional.of(wanted));

        assertThat(changes(plan)).containsExactly("Remove /etc/conf.d/link conf", "Remove /etc/conf.d/stranger conf");
        assertThat(plan.reloads()).containsExactly("conf");
    }

    @Test
    void unknownPreviousReleaseLosesNoRemoval() {
        Release before = release(unit("old", true, List.of(), file("/old", "1")));
        Release wanted = release(unit("new", true, List.of(), file("/new", "1")));
        HostPlan plan = Planner.plan(wanted, holding(before, held("/new", "1"), held("/old", "1")), Optional.empty());
        assertThat(changes(plan)).containsExactly("Remove /old ");
    }

    @Test
    void planNamesWhatItWasMadeFrom() {
        Release wanted = release(unit("a", true, List.of(), file("/a", "1")));
        Message.Observed seen = holding(wanted, held("/a", "2"));
        assertThat(Planner.plan(wanted, seen, Optional.of(wanted)).observed()).isEqualTo(seen.digest());
    }
}
