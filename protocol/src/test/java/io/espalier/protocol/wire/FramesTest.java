package io.espalier.protocol.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.espalier.protocol.Auid;
import io.espalier.protocol.Digest;
import io.espalier.protocol.Reason;
import io.espalier.protocol.ReleaseId;
import io.espalier.protocol.codec.MalformedException;
import io.espalier.protocol.release.SignedManifest;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FramesTest {

    private static final Digest DIGEST = Digest.of(new byte[] {1, 2, 3});
    private static final Instant NOW = Instant.parse("2026-11-20T10:00:00Z");

    static List<Message> everyMessage() {
        return List.of(
                new Message.Hello(1, "orchestrator"),
                new Message.GetStatus(),
                new Message.Observe(List.of("/etc/motd"), List.of("/etc/x/")),
                new Message.Apply(new SignedManifest(new byte[] {1}, new byte[64]), Optional.of(DIGEST)),
                new Message.Confirm(7),
                new Message.ReadFile("/etc/motd"),
                new Message.GetDrift(),
                new Message.Collect("b7", 17),
                new Message.RunJob("nginx/rotate"),
                new Message.Started("nginx/rotate"),
                new Message.PrepareBackup(),
                new Message.RunBackup(new SignedOrder(new byte[] {1, 2}, new byte[64])),
                new Message.Welcome(1, new Auid("a-1"), "0.1"),
                new Message.Status(
                        Optional.of(new ReleaseId(DIGEST)),
                        3,
                        true,
                        Optional.of(new LastApply(
                                3,
                                new ReleaseId(DIGEST),
                                new ApplyOutcome.RolledBack(Reason.UNHEALTHY, "no answer", true),
                                NOW)),
                        2,
                        NOW,
                        NOW,
                        new Facts(
                                "web1",
                                2,
                                1L << 34,
                                "Debian",
                                "6.1",
                                "amd64",
                                List.of(new Facts.Interface("eth0", List.of("10.0.0.1"))))),
                new Message.Observed(
                        Optional.empty(),
                        List.of(new ObservedFile(
                                "/etc/motd", ObservedFile.Kind.FILE, Optional.of(DIGEST), 3, 0644, "root", "root"))),
                new Message.Missing(List.of(DIGEST)),
                new Message.Progress(ApplyStep.SWITCHED, "3 files"),
                new Message.Finished(new ApplyOutcome.Unchanged()),
                new Message.Finished(new ApplyOutcome.Applied(3, List.of("nginx"), true, 41)),
                new Message.Finished(new ApplyOutcome.Rejected(Reason.DISK_FULL, "no room")),
                new Message.Drift(List.of(new DriftedPath(
                        "/etc/motd", "base", DriftedPath.Kind.CONTENT, Optional.of(DIGEST), Optional.empty(), NOW))),
                new Message.Refused(Reason.BUSY, "another apply is going on"));
    }

    @ParameterizedTest
    @MethodSource("everyMessage")
    void everyMessageArrivesAsItWasSent(Message message) throws IOException {
        assertThat(reader(sent(message)).receive()).contains(message);
    }

    @Test
    void piecesOfBlobsArriveWhole() throws IOException {
        byte[] piece = new byte[200_000];
        new Random(1).nextBytes(piece);
        var received = reader(sent(new Message.Blobs(piece, true))).receive().orElseThrow();
        assertThat(received).isInstanceOfSatisfying(Message.Blobs.class, blobs -> {
            assertThat(blobs.piece()).isEqualTo(piece);
            assertThat(blobs.last()).isTrue();
        });
    }

    @Test
    void reportsArriveWhole() throws IOException {
        var batch = new ReportBatch(List.of(
                new Report(Report.Kind.SYSINFO, NOW, "{\"auid\":\"a-1\"}"), new Report(Report.Kind.JOB, NOW, "{}")));
        var status = (Message.Status) everyMessage().stream()
                .filter(message -> message instanceof Message.Status)
                .findFirst()
                .orElseThrow();
        var received = reader(sent(new Message.Reports(status, "b7", 19, 3, 1, batch.encode())))
                .receive()
                .orElseThrow();
        assertThat(received).isInstanceOfSatisfying(Message.Reports.class, reports -> {
            assertThat(reports.status()).isEqualTo(status);
            assertThat(reports.last()).isEqualTo(19);
            assertThat(ReportBatch.decode(reports.batch())).isEqualTo(batch);
        });
    }

    @Test
    void batchThatIsNoneIsMalformed() {
        byte[] good = new ReportBatch(List.of(new Report(Report.Kind.DRIFT, NOW, "{}"))).encode();
        for (int cut = 0; cut < good.length; cut++) {
            byte[] bytes = Arrays.copyOf(good, cut);
            assertThatThrownBy(() -> ReportBatch.decode(bytes)).isInstanceOf(MalformedException.class);
        }
    }

    @Test
    void endBetweenMessagesIsAnEndAndEndInsideOneIsAnError() throws IOException {
        byte[] bytes = sent(new Message.Hello(1, "orchestrator"));
        assertThat(reader(new byte[0]).receive()).isEmpty();
        for (int cut = 1; cut < bytes.length; cut++) {
            Frames frames = reader(Arrays.copyOf(bytes, cut));
            assertThatThrownBy(frames::receive).isInstanceOf(EOFException.class);
        }
    }

    @Test
    void announcedLengthOverTheLimitIsMalformed() {
        byte[] huge = ByteBuffer.allocate(5).putInt(Frames.MAX_FRAME + 1).array();
        assertThatThrownBy(() -> reader(huge).receive()).isInstanceOf(MalformedException.class);
        byte[] negative = ByteBuffer.allocate(5).putInt(-1).array();
        assertThatThrownBy(() -> reader(negative).receive()).isInstanceOf(MalformedException.class);
    }

    @Test
    void announcingMuchAndSendingNothingTakesNoMemory() {
        byte[] announced =
                ByteBuffer.allocate(5).putInt(Frames.MAX_FRAME).put((byte) 5).array();
        long before = allocatedBytes();
        assertThatThrownBy(() -> reader(announced).receive()).isInstanceOf(EOFException.class);
        assertThat(allocatedBytes() - before).isLessThan(1 << 20);
    }

    @Test
    void randomFramesAreMalformedOrCutShortButNothingElse() throws IOException {
        var random = new Random(20261120);
        for (int i = 0; i < 20_000; i++) {
            byte[] body = new byte[1 + random.nextInt(120)];
            random.nextBytes(body);
            body[0] = (byte) (random.nextBoolean() ? random.nextInt(12) : 64 + random.nextInt(14));
            byte[] frame = ByteBuffer.allocate(4 + body.length)
                    .putInt(body.length)
                    .put(body)
                    .array();
            try {
                reader(frame).receive();
            } catch (MalformedException expected) {
                assertThat(expected.getMessage()).isNotBlank();
            }
        }
    }

    private static byte[] sent(Message message) throws IOException {
        var out = new ByteArrayOutputStream();
        new Frames(InputStream.nullInputStream(), out).send(message);
        return out.toByteArray();
    }

    private static Frames reader(byte[] bytes) {
        return new Frames(new ByteArrayInputStream(bytes), OutputStream.nullOutputStream());
    }

    private static long allocatedBytes() {
        return ((com.sun.management.ThreadMXBean) java.lang.management.ManagementFactory.getThreadMXBean())
                .getCurrentThreadAllocatedBytes();
    }
}
