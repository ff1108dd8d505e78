package io.espalier.backup.link;

import io.espalier.backup.codec.ByteReader;
import io.espalier.backup.codec.ByteWriter;
import io.espalier.backup.codec.FormatException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** How an order ended. */
public sealed interface Ended {
    /** Of notes and problems. */
    int MOST = 200;

    /**
     * A run.
     *
     * @param snapshot its name; empty: none was made
     * @param reason why it is not good; empty: it is
     * @param report all kinds of the host, as {@link io.espalier.backup.report.BackupReport#toJson} writes it
     */
    record Made(
            Optional<String> snapshot,
            Optional<String> reason,
            String detail,
            long entries,
            long bytes,
            long read,
            long added,
            List<String> notes,
            String report)
            implements Ended {
        public Made {
            notes = List.copyOf(notes);
        }
    }

    /**
     * A restore.
     *
     * @param failed how often something is not in place, or not as it was
     */
    record Restored(long entries, long bytes, long failed, List<String> problems) implements Ended {
        public Restored {
            problems = List.copyOf(problems);
        }
    }

    /** Neither. */
    record Failed(String reason, String detail) implements Ended {}

    default byte[] encode() {
        var out = new ByteWriter();
        switch (this) {
            case Made made -> {
                out.number(1);
                optional(out, made.snapshot);
                optional(out, made.reason);
                out.text(made.detail);
                out.number(made.entries).number(made.bytes).number(made.read).number(made.added);
                texts(out, made.notes);
                out.text(made.report);
            }
            case Restored restored -> {
                out.number(2).number(restored.entries).number(restored.bytes).number(restored.failed);
                texts(out, restored.problems);
            }
            case Failed failed -> out.number(3).text(failed.reason).text(failed.detail);
        }
        return out.toBytes();
    }

    static Ended decode(byte[] bytes) throws FormatException {
        var in = new ByteReader(bytes);
        Ended ended = switch (in.integer(3)) {
            case 1 ->
                new Made(
                        optional(in),
                        optional(in),
                        in.text(),
                        in.number(),
                        in.number(),
                        in.number(),
                        in.number(),
                        texts(in),
                        in.text());
            case 2 -> new Restored(in.number(), in.number(), in.number(), texts(in));
            case 3 -> new Failed(in.text(), in.text());
            default -> throw new FormatException("no such end");
        };
        in.end();
        return ended;
    }

    private static void optional(ByteWriter out, Optional<String> text) {
        out.flag(text.isPresent());
        text.ifPresent(out::text);
    }

    private static Optional<String> optional(ByteReader in) throws FormatException {
        return in.flag() ? Optional.of(in.text()) : Optional.empty();
    }

    private static void texts(ByteWriter out, List<String> texts) {
        List<String> first = texts.subList(0, Math.min(MOST, texts.size()));
        out.number(first.size());
        first.forEach(text -> out.text(text.length() > 500 ? text.substring(0, 500) + "..." : text));
    }

    private static List<String> texts(ByteReader in) throws FormatException {
        var texts = new ArrayList<String>();
        for (int left = in.count(1); left > 0; left--) {
            texts.add(in.text());
        }
        return texts;
    }
}
