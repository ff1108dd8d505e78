package io.espalier.orchestrator.plan;

import com.github.difflib.DiffUtils;
import com.github.difflib.UnifiedDiffUtils;
import io.espalier.orchestrator.fleet.Host;
import io.espalier.orchestrator.host.LinkException;
import io.espalier.orchestrator.plan.ShownChange.Action;
import io.espalier.protocol.Digest;
import io.espalier.protocol.release.FileEntry;
import io.espalier.protocol.wire.ObservedFile;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Shows what changes in files as unified diffs. Never shows a secret, neither the new nor the old one, and never more than
 * a bounded amount.
 */
public final class Diffs {

    /** Of one diff; the rest is counted. */
    public static final int MAX_LINES = 200;

    /** A larger file is not compared, nor are two files with more pairs of lines than this. */
    private static final int MAX_FILE = 512 << 10;

    private static final long MAX_PAIRS = 9_000_000;

    private static final int MAX_LINE = 500;

    private static final int CONTEXT = 3;

    /** Gives content by its digest; empty if it is not stored. */
    @FunctionalInterface
    public interface Contents {
        Optional<byte[]> find(Digest digest);
    }

    /** Gives what a host holds at a path now, for files that somebody changed there by hand. */
    @FunctionalInterface
    public interface LiveFiles {
        /** @throws LinkException if the host cannot tell */
        byte[] read(Host host, String path);
    }

    private final Contents contents;
    private final LiveFiles live;
    private final Releases releases;

    public Diffs(Contents contents, LiveFiles live, Releases releases) {
        this.contents = contents;
        this.live = live;
        this.releases = releases;
    }

    /**
     * The changes of {@code plan}, in its order.
     *
     * @param host of the plan; asked for files whose present content is not stored
     */
    public List<ShownChange> show(HostPlan plan, Host host) {
        return plan.changes().stream().map(change -> show(change, plan, host)).toList();
    }

    /** One of the changes of {@code plan}. */
    public ShownChange show(FileChange change, HostPlan plan, Host host) {
        return switch (change) {
            case FileChange.Create(var unit, var wanted) ->
                wanted.secret()
                        ? note(Action.CREATE, unit, wanted.path(), "(secret)")
                        : shown(Action.CREATE, unit, wanted.path(), Optional.of(new byte[0]), stored(wanted), "");
            case FileChange.Update(var unit, var wanted, var held) -> update(unit, wanted, held, plan, host);
            case FileChange.Attributes(var unit, var wanted, var held) ->
                note(Action.ATTRIBUTES, unit, wanted.path(), attributes(wanted, held));
            case FileChange.Remove(var unit, var held) ->
                note(Action.REMOVE, unit, held.path(), "(" + held.size() + " bytes)");
        };
    }

    private ShownChange update(String unit, FileEntry wanted, ObservedFile held, HostPlan plan, Host host) {
        if (wanted.secret() || wasSecret(plan, wanted.path())) {
            return note(Action.UPDATE, unit, wanted.path(), "(secret changed)");
        }
        if (held.kind() != ObservedFile.Kind.FILE) {
            return note(
                    Action.UPDATE,
                    unit,
                    wanted.path(),
                    "(replaces a " + held.kind().name().toLowerCase(java.util.Locale.ROOT) + ")");
        }
        String note = attributes(wanted, held);
        return shown(Action.UPDATE, unit, wanted.path(), present(held, host), stored(wanted), note);
    }

    private boolean wasSecret(HostPlan plan, String path) {
        return plan.from()
                .flatMap(releases::find)
                .map(release -> release.files().anyMatch(file -> file.path().equals(path) && file.secret()))
                .orElse(false);
    }

    private static String attributes(FileEntry wanted, ObservedFile held) {
        var parts = new ArrayList<String>();
        if (held.mode() != wanted.mode()) {
            parts.add("%04o to %04o".formatted(held.mode(), wanted.mode()));
        }
        if (!wanted.owner().isEmpty() && !wanted.owner().equals(held.owner())) {
            parts.add("owner " + held.owner() + " to " + wanted.owner());
        }
        if (!wanted.group().isEmpty() && !wanted.group().equals(held.group())) {
            parts.add("group " + held.group() + " to " + wanted.group());
        }
        return String.join(", ", parts);
    }

    /** From what a release had at a path to what the next one had there; at least one of them is present. */
    public ShownChange between(String unit, Optional<FileEntry> before, Optional<FileEntry> after) {
        FileEntry entry = after.or(() -> before).orElseThrow();
        if (after.isEmpty()) {
            return note(Action.REMOVE, unit, entry.path(), "(" + entry.size() + " bytes)");
        }
        boolean isNew = before.isEmpty();
        Action action = isNew
                ? Action.CREATE
                : before.get().content().equals(entry.content()) ? Action.ATTRIBUTES : Action.UPDATE;
        if (entry.secret() || before.filter(FileEntry::secret).isPresent()) {
            return note(action, unit, entry.path(), isNew ? "(secret)" : "(secret changed)");
        }
        String attributes = before.map(old -> attributes(old, entry)).orElse("");
        if (action == Action.ATTRIBUTES) {
            return note(action, unit, entry.path(), attributes);
        }
        Optional<byte[]> old = isNew ? Optional.of(new byte[0]) : before.flatMap(this::stored);
        return shown(action, unit, entry.path(), old, stored(entry), attributes);
    }

    private static String attributes(FileEntry before, FileEntry after) {
        var parts = new ArrayList<String>();
        if (before.mode() != after.mode()) {
            parts.add("%04o to %04o".formatted(before.mode(), after.mode()));
        }
        if (!before.owner().equals(after.owner())) {
            parts.add("owner " + before.owner() + " to " + after.owner());
        }
        if (!before.group().equals(after.group())) {
            parts.add("group " + before.group() + " to " + after.group());
        }
        return String.join(", ", parts);
    }

    private Optional<byte[]> stored(FileEntry wanted) {
        return wanted.size() > MAX_FILE ? Optional.empty() : contents.find(wanted.content());
    }

    private Optional<byte[]> present(ObservedFile held, Host host) {
        if (held.size() > MAX_FILE) {
            return Optional.empty();
        }
        return held.content().flatMap(contents::find).or(() -> {
            try {
                return Optional.of(live.read(host, held.path()));
            } catch (LinkException e) {
                return Optional.empty();
            }
        });
    }

    private static ShownChange note(Action action, String unit, String path, String note) {
        return new ShownChange(action, path, unit, Optional.empty(), note);
    }

    private static ShownChange shown(
            Action action, String unit, String path, Optional<byte[]> before, Optional<byte[]> after, String note) {
        if (before.isEmpty() || after.isEmpty()) {
            return note(action, unit, path, joined(note, "(too large, or not there to compare)"));
        }
        Optional<List<String>> old = lines(before.get());
        Optional<List<String>> now = lines(after.get());
        if (old.isEmpty() || now.isEmpty()) {
            return note(action, unit, path, joined(note, "(binary)"));
        }
        if ((long) old.get().size() * now.get().size() > MAX_PAIRS) {
            return note(action, unit, path, joined(note, "(too long to compare)"));
        }
        return new ShownChange(action, path, unit, Optional.of(unified(action, path, old.get(), now.get())), note);
    }

    private static String joined(String note, String more) {
        return note.isEmpty() ? more : note + " " + more;
    }

    private static String unified(Action action, String path, List<String> old, List<String> now) {
        String from = action == Action.CREATE ? "/dev/null" : path;
        List<String> diff = UnifiedDiffUtils.generateUnifiedDiff(from, path, old, DiffUtils.diff(old, now), CONTEXT);
        List<String> shown = diff.size() <= MAX_LINES ? diff : new ArrayList<>(diff.subList(0, MAX_LINES - 1));
        if (diff.size() > MAX_LINES) {
            shown.add("... " + (diff.size() - MAX_LINES + 1) + " more lines");
        }
        return String.join("\n", shown.stream().map(Diffs::printable).toList());
    }

    /** Lines without their ends; empty if it is no text. */
    private static Optional<List<String>> lines(byte[] content) {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(content))
                    .toString();
            if (text.indexOf('\0') >= 0) {
                return Optional.empty();
            }
            if (text.isEmpty()) {
                return Optional.of(List.of());
            }
            var lines = new ArrayList<>(List.of(text.split("\n", -1)));
            if (lines.getLast().isEmpty()) {
                lines.removeLast();
            } else {
                lines.add("\\ No newline at end of file");
            }
            return Optional.of(lines);
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }

    /** A file may hold anything; a terminal must not obey it. */
    static String printable(String line) {
        String cut = line.length() <= MAX_LINE ? line : line.substring(0, MAX_LINE) + "…";
        return cut.chars().noneMatch(Diffs::isControl)
                ? cut
                : cut.codePoints()
                        .mapToObj(c -> isControl(c) ? "\\x%02x".formatted(c) : Character.toString(c))
                        .collect(java.util.stream.Collectors.joining());
    }

    private static boolean isControl(int c) {
        return (c < 0x20 && c != '\t')
                || (c >= 0x7f && c < 0xa0)
                || (c >= 0x202a && c <= 0x202e)
                || (c >= 0x2066 && c <= 0x2069);
    }
}
