package io.espalier.orchestrator.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.espalier.orchestrator.fleet.Host;
import io.espalier.protocol.Auid;
import io.espalier.protocol.Digest;
import io.espalier.protocol.Reason;
import io.espalier.protocol.wire.ApplyOutcome;
import io.espalier.protocol.wire.ApplyStep;
import io.espalier.protocol.wire.Message;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every kind of links promises, whatever lies between it and the agent. */
public abstract class LinkContract {

    protected static final LinkLimits SHORT =
            new LinkLimits(Duration.ofSeconds(3), Duration.ofSeconds(3), Duration.ofSeconds(3));

    protected final Traffic traffic = new Traffic();
    protected final AtomicReference<Message.Welcome> welcomed = new AtomicReference<>();
    private final Releases releases = new Releases();
    private final Map<Digest, byte[]> store = new HashMap<>();
    protected ProtocolPeer agent;
    protected Links links;
    protected Host host;

    /**
     * Links to the one host of the test.
     *
     * @param socket where the agent listens, or will
     */
    protected abstract Links links(Path socket, LinkLimits limits) throws IOException;

    protected abstract Host host();

    @BeforeEach
    void startAgent() throws IOException {
        agent = new ProtocolPeer(socketFolder().resolve("agent.sock"));
        links = links(agent.path(), SHORT);
        host = host();
    }

    @AfterEach
    void stopAgent() throws IOException {
        links.close();
        agent.close();
    }

    /** Short: a socket's path has at most 107 bytes. */
    protected Path socketFolder() throws IOException {
        return Files.createTempDirectory("link");
    }

    protected Greeter greeter() {
        return (_, welcome) -> {
            welcomed.set(welcome);
            if (!welcome.auid().equals(new Auid("a-1"))) {
                throw new LinkException(Reason.WRONG_HOST, "not a-1");
            }
        };
    }

    private byte[] stored(Digest digest) {
        return Optional.ofNullable(store.get(digest)).orElseThrow();
    }

    private Map<String, byte[]> files(Map<String, byte[]> files) {
        files.values().forEach(content -> store.put(Digest.of(content), content));
        return files;
    }

    @Test
    void statusIsAnsweredInOneRoundTripWithTheHello() {
        try (Link link = links.open(host)) {
            assertThat(link.status().number()).isEqualTo(7);
        }
        assertThat(traffic.counts().roundTrips()).isEqualTo(1);
        assertThat(agent.heard).hasExactlyElementsOfTypes(Message.Hello.class, Message.GetStatus.class);
        assertThat(welcomed.get().agentVersion()).isEqualTo("9.9");
    }

    @Test
    void conversationIsKeptForTheNextLink() {
        for (int i = 0; i < 3; i++) {
            try (Link link = links.open(host)) {
                link.status();
            }
        }
        assertThat(agent.accepted).hasValue(1);
    }

    @Test
    void applySendsOnlyWhatIsMissingAndTellsEachStep() {
        byte[] known = "known".getBytes(StandardCharsets.UTF_8);
        byte[] big = new byte[3 << 20];
        new Random(1).nextBytes(big);
        agent.blobs.put(Digest.of(known), known);
        var steps = new ArrayList<ApplyStep>();
        var manifest = releases.release(agent.auid, files(Map.of("/etc/known", known, "/srv/big", big)), Duration.ZERO);
        try (Link link = links.open(host)) {
            ApplyOutcome outcome = link.apply(manifest, Optional.empty(), this::stored, (step, _) -> steps.add(step));
            assertThat(outcome).isEqualTo(new ApplyOutcome.Applied(1, List.of("motd"), false, 3));
        }
        assertThat(steps).containsExactly(ApplyStep.STAGED, ApplyStep.COMMITTED);
        assertThat(traffic.counts().blobBytes()).isEqualTo(big.length);
        assertThat(traffic.counts().roundTrips()).isEqualTo(2);
        assertThat(agent.blobs).containsKey(Digest.of(big));
    }

    @Test
    void applyOfAThousandFilesCostsTwoRoundTrips() {
        var files = new HashMap<String, byte[]>();
        for (int i = 0; i < 1_000; i++) {
            files.put("/srv/f" + i, ("content " + i).getBytes(StandardCharsets.UTF_8));
        }
        var manifest = releases.release(agent.auid, files(files), Duration.ofSeconds(30));
        try (Link link = links.open(host)) {
            assertThat(link.apply(manifest, Optional.empty(), this::stored, (_, _) -> {}))
                    .isInstanceOf(ApplyOutcome.Applied.class);
        }
        assertThat(traffic.counts().roundTrips()).isEqualTo(2);
        assertThat(traffic.counts().blobs()).isEqualTo(1_000);
    }

    @Test
    void agentGetsNoBlobThatItsReleaseDoesNotHold() {
        byte[] secret = "of another host".getBytes(StandardCharsets.UTF_8);
        files(Map.of("/other", secret));
        agent.alsoWanted = List.of(Digest.of(secret));
        var manifest = releases.release(agent.auid, Map.of(), Duration.ZERO);
        try (Link link = links.open(host)) {
            assertThatThrownBy(() -> link.apply(manifest, Optional.empty(), this::stored, (_, _) -> {}))
                    .isInstanceOfSatisfying(
                            LinkException.class, e -> assertThat(e.reason()).isEqualTo(Reason.MALFORMED));
        }
    }

    @Test
    void refusalOfAQuestionIsAnExceptionWithItsReason() {
        try (Link link = links.open(host)) {
            assertThatThrownBy(() -> link.readFile("/refused"))
                    .isInstanceOfSatisfying(
                            LinkException.class, e -> assertThat(e.reason()).isEqualTo(Reason.PATH_REFUSED));
        }
        try (Link link = links.open(host)) {
            assertThat(link.readFile("/a")).asString().isEqualTo("/a");
        }
    }

    @Test
    void silentAgentTimesOutAndTheNextLinkIsANewConversation() {
        agent.silent = true;
        try (Link link = links.open(host)) {
            assertThatThrownBy(link::status)
                    .isInstanceOfSatisfying(
                            LinkException.class, e -> assertThat(e.reason()).isEqualTo(Reason.TIMED_OUT));
        }
        agent.silent = false;
        try (Link link = links.open(host)) {
            assertThat(link.status().number()).isEqualTo(7);
        }
    }

    @Test
    void restartedAgentIsReachedAgainAtOnce() {
        try (Link link = links.open(host)) {
            link.status();
        }
        agent.dropConnections();
        io.espalier.testkit.Await.until("a link is good again", () -> {
            try (Link link = links.open(host)) {
                return link.status().number() == 7;
            } catch (LinkException stale) {
                return false;
            }
        });
    }

    @Test
    void missingAgentIsDownAndFoundWhenItComesBack() throws IOException {
        agent.close();
        assertThatThrownBy(() -> {
                    try (Link link = links.open(host)) {
                        link.status();
                    }
                })
                .isInstanceOfSatisfying(
                        LinkException.class, e -> assertThat(e.reason()).isEqualTo(Reason.AGENT_DOWN));
        agent = new ProtocolPeer(agent.path());
        try (Link link = links.open(host)) {
            assertThat(link.status().number()).isEqualTo(7);
        }
    }

    @Test
    void agentThatIsAnotherOneIsNotBelieved() {
        agent.auid = new Auid("a-2");
        try (Link link = links.open(host)) {
            assertThatThrownBy(link::status)
                    .isInstanceOfSatisfying(
                            LinkException.class, e -> assertThat(e.reason()).isEqualTo(Reason.WRONG_HOST));
        }
    }

    @Test
    void agentOfAnotherProtocolIsRefused() {
        agent.protocol = 99;
        try (Link link = links.open(host)) {
            assertThatThrownBy(link::status)
                    .isInstanceOfSatisfying(
                            LinkException.class, e -> assertThat(e.reason()).isEqualTo(Reason.PROTOCOL_MISMATCH));
        }
    }

    @Test
    void freshLinkDoesNotUseWhatIsKept() {
        try (Link link = links.open(host)) {
            link.status();
        }
        try (Link link = links.openFresh(host)) {
            assertThat(link.confirm(5)).isEqualTo(new ApplyOutcome.Applied(5, List.of(), false, 1));
        }
        assertThat(agent.accepted).hasValue(2);
    }

    @Test
    void closedLinkCannotBeUsed() {
        Link link = links.open(host);
        link.close();
        assertThatThrownBy(link::status).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void twoLinksAtOnceAreTwoConversations() {
        try (Link one = links.open(host);
                Link two = links.open(host)) {
            one.status();
            two.status();
        }
        assertThat(agent.accepted).hasValue(2);
    }
}
