package io.espalier.backup.link;

import io.espalier.backup.codec.ByteReader;
import io.espalier.backup.codec.ByteWriter;
import io.espalier.backup.codec.FormatException;
import io.espalier.backup.repository.ObjectName;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What a host shall do. Secrets are in it, so it goes over authenticated links and standard input only. */
public sealed interface Order {
    /** Of paths, databases, words of a program. */
    int MOST = 1_000;

    /**
     * Back up.
     *
     * @param host as in the snapshot's outline
     * @param auid as in the report
     * @param clientKey as {@link io.espalier.backup.crypt.ClientKey#toFile} writes it
     * @param receiptKey whose receipts count
     */
    record Run(
            String host,
            String auid,
            String clientKey,
            String receiptKey,
            Route route,
            Wish wish,
            long bytesPerSecond,
            Hooks hooks)
            implements Order {}

    /**
     * Restore.
     *
     * @param clientKey of the client that made the snapshot
     * @param snapshotKey opens this snapshot's inside, 32 bytes
     * @param paths what to bring back; none: everything
     * @param target the folder that stands for {@code /}, as the host sees it
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Restore(
            ObjectName snapshot,
            String clientKey,
            byte[] snapshotKey,
            List<String> paths,
            String target,
            boolean owners)
            implements Order {}

    /** @param before, after as in {@link io.espalier.backup.client.BackupJob.Hooks} */
    record Hooks(List<String> before, List<String> after) {}

    /** How objects get to the server. */
    sealed interface Route {
        /** As calls, over the link that the order came by. */
        record Link() implements Route {}

        /** Straight to it. */
        record Direct(String url, String fingerprint, String auid, String token) implements Route {}
    }

    /** What to back up. */
    sealed interface Wish {
        String kind();
    }

    record Files(String kind, List<String> paths, List<String> excludes, boolean staysOnFileSystem, boolean isStrict)
            implements Wish {}

    /**
     * @param kind redis, mysql, postgresql, or any other name for a program
     * @param servers {@code HOST:PORT} or the path of a socket (PostgreSQL: of its folder)
     * @param passwordFile on the host
     * @param argv of a program
     * @param verify of the program that checks what the first one wrote
     */
    record Dump(
            String kind,
            List<String> servers,
            String user,
            Optional<String> passwordFile,
            List<String> databases,
            boolean locking,
            boolean globals,
            List<String> argv,
            List<String> verify)
            implements Wish {}

    default byte[] encode() {
        var out = new ByteWriter();
        switch (this) {
            case Run run -> {
                out.number(1).text(run.host).text(run.auid).text(run.clientKey).text(run.receiptKey);
                switch (run.route) {
                    case Route.Link() -> out.number(0);
                    case Route.Direct direct ->
                        out.number(1)
                                .text(direct.url)
                                .text(direct.fingerprint)
                                .text(direct.auid)
                                .text(direct.token);
                }
                switch (run.wish) {
                    case Files files -> {
                        out.number(0).text(files.kind);
                        texts(out, files.paths);
                        texts(out, files.excludes);
                        out.flag(files.staysOnFileSystem).flag(files.isStrict);
                    }
                    case Dump dump -> {
                        out.number(1).text(dump.kind);
                        texts(out, dump.servers);
                        out.text(dump.user).flag(dump.passwordFile.isPresent());
                        dump.passwordFile.ifPresent(out::text);
                        texts(out, dump.databases);
                        out.flag(dump.locking).flag(dump.globals);
                        texts(out, dump.argv);
                        texts(out, dump.verify);
                    }
                }
                out.number(run.bytesPerSecond);
                texts(out, run.hooks.before);
                texts(out, run.hooks.after);
            }
            case Restore restore -> {
                out.number(2)
                        .raw(restore.snapshot.hash())
                        .text(restore.clientKey)
                        .block(restore.snapshotKey);
                texts(out, restore.paths);
                out.text(restore.target).flag(restore.owners);
            }
        }
        return out.toBytes();
    }

    static Order decode(byte[] bytes) throws FormatException {
        var in = new ByteReader(bytes);
        Order order = switch (in.integer(2)) {
            case 1 ->
                new Run(
                        in.text(),
                        in.text(),
                        in.text(),
                        in.text(),
                        route(in),
                        wish(in),
                        in.number(),
                        new Hooks(texts(in), texts(in)));
            case 2 ->
                new Restore(
                        ObjectName.ofHash(ObjectName.Kind.SNAPSHOT, in.raw(32)),
                        in.text(),
                        in.block(),
                        texts(in),
                        in.text(),
                        in.flag());
            default -> throw new FormatException("no such order");
        };
        in.end();
        return order;
    }

    private static Route route(ByteReader in) throws FormatException {
        return in.flag() ? new Route.Direct(in.text(), in.text(), in.text(), in.text()) : new Route.Link();
    }

    private static Wish wish(ByteReader in) throws FormatException {
        return in.flag()
                ? new Dump(
                        in.text(),
                        texts(in),
                        in.text(),
                        in.flag() ? Optional.of(in.text()) : Optional.empty(),
                        texts(in),
                        in.flag(),
                        in.flag(),
                        texts(in),
                        texts(in))
                : new Files(in.text(), texts(in), texts(in), in.flag(), in.flag());
    }

    private static void texts(ByteWriter out, List<String> texts) {
        out.number(texts.size());
        texts.forEach(out::text);
    }

    private static List<String> texts(ByteReader in) throws FormatException {
        int count = in.count(1);
        if (count > MOST) {
            throw new FormatException(count + " words (expected: at most " + MOST + ")");
        }
        var texts = new ArrayList<String>();
        for (int left = count; left > 0; left--) {
            texts.add(in.text());
        }
        return texts;
    }
}
