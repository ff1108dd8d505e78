package io.espalier.orchestrator.api;

import io.espalier.orchestrator.source.Commit;
import io.espalier.orchestrator.source.History;
import io.espalier.orchestrator.source.Snapshot;
import io.espalier.orchestrator.source.SourceException;
import io.espalier.orchestrator.source.SourceName;
import io.espalier.orchestrator.source.Sources;
import io.espalier.protocol.Reason;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** What is in a source at a revision, and how it came there. */
@Component
public final class SourceBrowser {

    /** A larger file is not shown as text. */
    private static final int MAX_SHOWN = 1 << 20;

    private static final int MAX_ENTRIES = 2_000;
    private static final int LOG_PAGE = 50;

    private final Sources sources;

    SourceBrowser(Sources sources) {
        this.sources = sources;
    }

    /** What there is at a path. */
    public sealed interface Shown {

        /**
         * @param entries folders first, each group by name
         * @param left how many more there are
         */
        record Folder(Commit commit, String path, List<Entry> entries, int left) implements Shown {}

        /** @param lines without their ends; empty where it is no text or too large, as {@code note} says */
        record File(Commit commit, String path, int size, List<Line> lines, String note) implements Shown {
            public String text() {
                return String.join("\n", lines.stream().map(Line::text).toList());
            }
        }
    }

    /** @param path within the source */
    public record Entry(String name, String path, boolean folder) {}

    /** @param changed by which commit last; absent where that was not found in time */
    public record Line(int number, String text, @Nullable Commit changed) {}

    /**
     * @param isTold whether the source can tell at all
     * @param more whether there are older ones
     */
    public record Log(Commit commit, String path, boolean isTold, List<Commit> commits, int page, boolean more) {}

    /**
     * @param rev a branch, tag or commit; absent for the revision that was accepted last
     * @throws RequestRefused if there is no such source, revision or path
     */
    public Shown show(String source, @Nullable String rev, String path) {
        Snapshot snapshot = snapshot(source, rev);
        String clean = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
        Optional<byte[]> content;
        try {
            content = clean.isEmpty() ? Optional.empty() : snapshot.read(clean);
        } catch (SourceException e) {
            if (e.reason() == Reason.TOO_LARGE) {
                return new Shown.File(snapshot.commit(), clean, 0, List.of(), String.valueOf(e.getMessage()));
            }
            throw e;
        }
        return content.<Shown>map(bytes -> file(snapshot, clean, bytes)).orElseGet(() -> folder(snapshot, clean));
    }

    private static Shown.Folder folder(Snapshot snapshot, String path) {
        String prefix = path.isEmpty() ? "" : path + "/";
        SortedSet<String> below = snapshot.paths().tailSet(prefix);
        Map<String, Entry> folders = new LinkedHashMap<>();
        List<Entry> files = new ArrayList<>();
        for (String one : below) {
            if (!one.startsWith(prefix)) {
                break;
            }
            int slash = one.indexOf('/', prefix.length());
            if (slash < 0) {
                files.add(new Entry(one.substring(prefix.length()), one, false));
            } else {
                String name = one.substring(prefix.length(), slash);
                folders.putIfAbsent(name, new Entry(name, prefix + name, true));
            }
        }
        List<Entry> all = new ArrayList<>(folders.values());
        all.addAll(files);
        if (all.isEmpty() && !path.isEmpty()) {
            throw RequestRefused.notFound("there is no '" + path + "' in " + snapshot.source() + " at "
                    + snapshot.commit().revision().abbreviated());
        }
        List<Entry> shown = all.subList(0, Math.min(MAX_ENTRIES, all.size()));
        return new Shown.Folder(snapshot.commit(), path, List.copyOf(shown), all.size() - shown.size());
    }

    private static Shown.File file(Snapshot snapshot, String path, byte[] bytes) {
        Optional<String> text = bytes.length > MAX_SHOWN ? Optional.empty() : text(bytes);
        if (text.isEmpty()) {
            String note = bytes.length > MAX_SHOWN ? "too large to show here" : "no text";
            return new Shown.File(snapshot.commit(), path, bytes.length, List.of(), note);
        }
        List<Optional<Commit>> changed =
                snapshot.history().map(history -> history.lines(path)).orElse(List.of());
        List<String> texts = Arrays.asList(text.get().split("\n", -1));
        if (texts.getLast().isEmpty()) {
            texts = texts.subList(0, texts.size() - 1);
        }
        var lines = new ArrayList<Line>();
        for (int i = 0; i < texts.size(); i++) {
            Optional<Commit> by = i < changed.size() ? changed.get(i) : Optional.empty();
            String line = texts.get(i);
            lines.add(new Line(
                    i + 1, line.endsWith("\r") ? line.substring(0, line.length() - 1) : line, by.orElse(null)));
        }
        return new Shown.File(snapshot.commit(), path, bytes.length, lines, "");
    }

    /** The content as text; empty if it is none. */
    static Optional<String> text(byte[] bytes) {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            return text.indexOf('\0') >= 0 ? Optional.empty() : Optional.of(text);
        } catch (CharacterCodingException _) {
            return Optional.empty();
        }
    }

    /** @param page from 0 */
    public Log log(String source, @Nullable String rev, String path, int page) {
        Snapshot snapshot = snapshot(source, rev);
        int from = Math.clamp(page, 0, 10_000);
        Optional<History> history = snapshot.history();
        List<Commit> found = history.map(known -> known.log(path, Math.multiplyExact(from, LOG_PAGE), LOG_PAGE + 1))
                .orElse(List.of());
        boolean more = found.size() > LOG_PAGE;
        List<Commit> shown = more ? found.subList(0, LOG_PAGE) : found;
        return new Log(snapshot.commit(), path, history.isPresent(), shown, from, more);
    }

    /** What one commit changed. */
    public History.Changes changes(String source, String rev) {
        return history(snapshot(source, rev)).changes();
    }

    private static History history(Snapshot snapshot) {
        return snapshot.history()
                .orElseThrow(() -> RequestRefused.notFound(snapshot.source() + " has no history that can be shown"));
    }

    Snapshot snapshot(String source, @Nullable String rev) {
        SourceName name = name(source);
        if (!sources.sources().contains(name)) {
            throw RequestRefused.notFound("there is no source '" + source + "'");
        }
        try {
            return rev == null || rev.isBlank() ? sources.snapshot(name) : sources.snapshot(name, rev);
        } catch (SourceException e) {
            if (e.reason() == Reason.INVALID_REVISION) {
                throw RequestRefused.notFound(String.valueOf(e.getMessage()));
            }
            throw e;
        }
    }

    private static SourceName name(String text) {
        try {
            return new SourceName(text);
        } catch (IllegalArgumentException e) {
            throw RequestRefused.notFound("there is no source '" + text + "'");
        }
    }
}
