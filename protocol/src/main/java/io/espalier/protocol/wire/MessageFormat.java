package io.espalier.protocol.wire;

import io.espalier.protocol.Auid;
import io.espalier.protocol.Reason;
import io.espalier.protocol.ReleaseId;
import io.espalier.protocol.codec.MalformedException;
import io.espalier.protocol.codec.Reader;
import io.espalier.protocol.codec.Writer;
import io.espalier.protocol.release.SignedManifest;
import java.util.List;

/** The byte form of {@link Message}s: one kind number and one pair of methods for each. */
final class MessageFormat {

    private MessageFormat() {}

    static int kindOf(Message message) {
        return switch (message) {
            case Message.Hello _ -> 1;
            case Message.GetStatus _ -> 2;
            case Message.Observe _ -> 3;
            case Message.Apply _ -> 4;
            case Message.Blobs _ -> 5;
            case Message.Confirm _ -> 6;
            case Message.ReadFile _ -> 7;
            case Message.GetDrift _ -> 8;
            case Message.Collect _ -> 9;
            case Message.RunJob _ -> 10;
            case Message.PrepareBackup _ -> 20;
            case Message.RunBackup _ -> 21;
            case Message.BackupReply _ -> 22;
            case Message.Welcome _ -> 65;
            case Message.Status _ -> 66;
            case Message.Observed _ -> 67;
            case Message.Missing _ -> 68;
            case Message.Progress _ -> 69;
            case Message.Finished _ -> 70;
            case Message.FileContent _ -> 71;
            case Message.Drift _ -> 72;
            case Message.Refused _ -> 73;
            case Message.Reports _ -> 74;
            case Message.Started _ -> 75;
            case Message.BackupChallenge _ -> 84;
            case Message.BackupCall _ -> 85;
            case Message.BackupEnded _ -> 86;
        };
    }

    static byte[] encode(Message message) {
        var out = new Writer();
        switch (message) {
            case Message.Hello(var protocol, var peer) -> out.number(protocol).text(peer);
            case Message.GetStatus() -> {}
            case Message.Observe(var paths, var purged) ->
                out.list(paths, Writer::text).list(purged, Writer::text);
            case Message.Apply(var manifest, var expected) ->
                out.bytes(manifest.manifestBytes()).bytes(manifest.signature()).optional(expected, Writer::digest);
            case Message.Blobs(var piece, var last) -> out.bytes(piece).flag(last);
            case Message.Confirm(var number) -> out.number(number);
            case Message.ReadFile(var path) -> out.text(path);
            case Message.GetDrift() -> {}
            case Message.Collect(var spool, var taken) -> out.text(spool).number(taken);
            case Message.RunJob(var job) -> out.text(job);
            case Message.Welcome(var protocol, var auid, var version) ->
                out.number(protocol).text(auid.value()).text(version);
            case Message.Status status -> write(out, status);
            case Message.Observed(var current, var files) -> {
                writeRelease(out, current);
                out.list(files, MessageFormat::write);
            }
            case Message.Missing(var blobs) -> out.list(blobs, Writer::digest);
            case Message.Progress(var step, var detail) -> out.name(step).text(detail);
            case Message.Finished(var outcome) -> write(out, outcome);
            case Message.FileContent(var content) -> out.bytes(content);
            case Message.Drift(var paths) -> out.list(paths, MessageFormat::write);
            case Message.Refused(var reason, var detail) -> out.name(reason).text(detail);
            case Message.Reports(var status, var spool, var last, var waiting, var dropped, var batch) -> {
                write(out, status);
                out.text(spool).number(last).number(waiting).number(dropped).bytes(batch);
            }
            case Message.Started(var job) -> out.text(job);
            case Message.PrepareBackup() -> {}
            case Message.RunBackup(var order) -> out.bytes(order.orderBytes()).bytes(order.signature());
            case Message.BackupReply(var reply) -> out.bytes(reply);
            case Message.BackupChallenge(var nonce) -> out.bytes(nonce);
            case Message.BackupCall(var call) -> out.bytes(call);
            case Message.BackupEnded(var ended) -> out.bytes(ended);
        }
        return out.toBytes();
    }

    static Message decode(int kind, byte[] body) {
        var in = new Reader(body);
        Message message;
        try {
            message = switch (kind) {
                case 1 -> new Message.Hello(in.integer(), in.text());
                case 2 -> new Message.GetStatus();
                case 3 -> new Message.Observe(in.list(Reader::text), in.list(Reader::text));
                case 4 -> new Message.Apply(readManifest(in), in.optional(Reader::digest));
                case 5 -> new Message.Blobs(in.bytes(), in.flag());
                case 6 -> new Message.Confirm(in.number());
                case 7 -> new Message.ReadFile(in.text());
                case 8 -> new Message.GetDrift();
                case 9 -> new Message.Collect(in.text(), in.number());
                case 10 -> new Message.RunJob(in.text());
                case 20 -> new Message.PrepareBackup();
                case 21 -> new Message.RunBackup(new SignedOrder(in.bytes(), in.bytes()));
                case 22 -> new Message.BackupReply(in.bytes());
                case 65 -> new Message.Welcome(in.integer(), new Auid(in.text()), in.text());
                case 66 -> readStatus(in);
                case 67 -> new Message.Observed(readRelease(in), in.list(MessageFormat::readObservedFile));
                case 68 -> new Message.Missing(in.list(Reader::digest));
                case 69 -> new Message.Progress(in.name(ApplyStep.class), in.text());
                case 70 -> new Message.Finished(readOutcome(in));
                case 71 -> new Message.FileContent(in.bytes());
                case 72 -> new Message.Drift(in.list(MessageFormat::readDriftedPath));
                case 73 -> new Message.Refused(in.name(Reason.class), in.text());
                case 74 ->
                    new Message.Reports(readStatus(in), in.text(), in.number(), in.number(), in.number(), in.bytes());
                case 75 -> new Message.Started(in.text());
                case 84 -> new Message.BackupChallenge(in.bytes());
                case 85 -> new Message.BackupCall(in.bytes());
                case 86 -> new Message.BackupEnded(in.bytes());
                default -> throw new MalformedException("message kind: " + kind + " (unknown)");
            };
        } catch (IllegalArgumentException e) {
            throw new MalformedException(String.valueOf(e.getMessage()), e);
        }
        in.end();
        return message;
    }

    private static SignedManifest readManifest(Reader in) {
        return new SignedManifest(in.bytes(), in.bytes());
    }

    private static void write(Writer out, Message.Status status) {
        writeRelease(out, status.current());
        out.number(status.number())
                .flag(status.awaitingConfirm())
                .optional(status.last(), MessageFormat::write)
                .number(status.drifted())
                .instant(status.clock())
                .instant(status.startedAt());
        write(out, status.facts());
    }

    private static Message.Status readStatus(Reader in) {
        return new Message.Status(
                readRelease(in),
                in.number(),
                in.flag(),
                in.optional(MessageFormat::readLastApply),
                in.integer(),
                in.instant(),
                in.instant(),
                readFacts(in));
    }

    private static void writeRelease(Writer out, java.util.Optional<ReleaseId> release) {
        out.optional(release.map(ReleaseId::digest), Writer::digest);
    }

    private static java.util.Optional<ReleaseId> readRelease(Reader in) {
        return in.optional(Reader::digest).map(ReleaseId::new);
    }

    private static void write(Writer out, LastApply last) {
        out.number(last.number()).digest(last.release().digest());
        write(out, last.outcome());
        out.instant(last.at());
    }

    private static LastApply readLastApply(Reader in) {
        return new LastApply(in.number(), new ReleaseId(in.digest()), readOutcome(in), in.instant());
    }

    private static void write(Writer out, Facts facts) {
        out.text(facts.hostname())
                .number(facts.cpus())
                .number(facts.memory())
                .text(facts.os())
                .text(facts.kernel())
                .text(facts.arch())
                .list(facts.interfaces(), (w, one) -> w.text(one.name()).list(one.addresses(), Writer::text));
    }

    private static Facts readFacts(Reader in) {
        return new Facts(
                in.text(),
                in.integer(),
                in.number(),
                in.text(),
                in.text(),
                in.text(),
                in.list(r -> new Facts.Interface(r.text(), r.list(Reader::text))));
    }

    static void write(Writer out, ObservedFile file) {
        out.text(file.path())
                .name(file.kind())
                .optional(file.content(), Writer::digest)
                .number(file.size())
                .number(file.mode())
                .text(file.owner())
                .text(file.group());
    }

    private static ObservedFile readObservedFile(Reader in) {
        return new ObservedFile(
                in.text(),
                in.name(ObservedFile.Kind.class),
                in.optional(Reader::digest),
                in.number(),
                in.integer(),
                in.text(),
                in.text());
    }

    private static void write(Writer out, DriftedPath path) {
        out.text(path.path())
                .text(path.unit())
                .name(path.kind())
                .optional(path.expected(), Writer::digest)
                .optional(path.actual(), Writer::digest)
                .instant(path.since());
    }

    private static DriftedPath readDriftedPath(Reader in) {
        return new DriftedPath(
                in.text(),
                in.text(),
                in.name(DriftedPath.Kind.class),
                in.optional(Reader::digest),
                in.optional(Reader::digest),
                in.instant());
    }

    private static void write(Writer out, ApplyOutcome outcome) {
        switch (outcome) {
            case ApplyOutcome.Unchanged() -> out.text("unchanged");
            case ApplyOutcome.Applied(var changed, var reloaded, var awaiting, var took) ->
                out.text("applied")
                        .number(changed)
                        .list(reloaded, Writer::text)
                        .flag(awaiting)
                        .number(took);
            case ApplyOutcome.Rejected(var reason, var detail) ->
                out.text("rejected").name(reason).text(detail);
            case ApplyOutcome.RolledBack(var reason, var detail, var clean) ->
                out.text("rolled-back").name(reason).text(detail).flag(clean);
        }
    }

    private static ApplyOutcome readOutcome(Reader in) {
        String kind = in.text();
        return switch (kind) {
            case "unchanged" -> new ApplyOutcome.Unchanged();
            case "applied" -> {
                long changed = in.number();
                List<String> reloaded = in.list(Reader::text);
                yield new ApplyOutcome.Applied(
                        (int) Math.min(changed, Integer.MAX_VALUE), reloaded, in.flag(), in.number());
            }
            case "rejected" -> new ApplyOutcome.Rejected(in.name(Reason.class), in.text());
            case "rolled-back" -> new ApplyOutcome.RolledBack(in.name(Reason.class), in.text(), in.flag());
            default -> throw new MalformedException("outcome: " + kind + " (unknown)");
        };
    }
}
